"""The ledger itself: a message's fate, the feed of entries, status and head (R28, R33)."""

from typing import Any

from flask import Response
from werkzeug.exceptions import NotFound

from service.api.description.examples import ledger_examples as examples
from service.api.description.parameters import ChangesQuery, MessageQuery
from service.api.description.shapes.ledger_shapes import (
    ChangesSchema,
    HeadSchema,
    MessageSchema,
    StatusSchema,
    WholeEntrySchema,
)
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.queries.as_of import position_in
from service.queries.ledger.change_feed import changes as changes_after
from service.queries.ledger.message_status import message_status
from service.queries.ledger.whole_entry import entry_document


def ledger_routes(services: Services) -> Routes:
    """The routes about messages and entries, whoever they are about."""
    routes = Routes("ledger", "Messages, entries, and how far everything is")
    _messages(routes, services)
    _whole(routes, services)
    return routes


def _messages(routes: Routes, services: Services) -> None:
    log_reader, status = services.readers.log, services.status

    @routes.get("/v1/messages/<id>", scope=("read", "track"))
    @routes.query(MessageQuery)
    @routes.answers(200, MessageSchema, example=examples.MESSAGE)
    @routes.problems(404, 410, 503)
    def message(query: dict[str, Any], id: str) -> Response:
        """Read what became of a message.

        `pending`: it waits on the bus; `accepted` at a position of the log; `rejected` with its reason. 410 `erased`:
        what it said was erased with the person whom it was about.
        """
        found = message_status(status, id, query.get("source"))
        if found is None:
            raise NotFound("no message has this id; one that others published is found with ?source=")
        return json_answer(found)

    @routes.get("/v1/changes", scope="read")
    @routes.query(ChangesQuery)
    @routes.answers(200, ChangesSchema, example=examples.CHANGES)
    @routes.problems(503)
    def changes(query: dict[str, Any]) -> Response:
        """Follow the log.

        Every entry by position, without gaps, rejected messages among them (with their `reason`, without their data).
        Ask again with `after` set to `next_after`: an empty page means that there is nothing newer yet.
        """
        with log_reader() as log:
            return json_answer(changes_after(log, query["after"], query["limit"]))


def _whole(routes: Routes, services: Services) -> None:
    status = services.status

    @routes.get("/v1/audit/status", scope="audit")
    @routes.answers(200, StatusSchema, example=examples.STATUS)
    @routes.problems(503)
    def audit_status() -> Response:
        """Read how far the log is, and what waits before and behind it."""
        return json_answer(status.now().document())

    @routes.get("/v1/audit/entries/<position>", scope="audit")
    @routes.answers(200, WholeEntrySchema, example=examples.ENTRY)
    @routes.problems(404, 503)
    def audit_entry(position: str) -> Response:
        """Read one entry whole: its message, what was decided of it, and its place in the chain."""
        number = position_in(position)
        with services.readers.log() as log:
            found = None if number is None else entry_document(log, number)
        if found is None:
            raise NotFound("the log has no entry at this position")
        return json_answer(found)

    @routes.get("/v1/audit/head", scope="audit")
    @routes.answers(200, HeadSchema, example=examples.HEAD)
    @routes.problems(503)
    def audit_head() -> Response:
        """Read the log's head, signed.

        Kept elsewhere, it proves with `contacts verify --head` that nothing before it was changed.
        """
        return json_answer(status.signed_head())
