"""The list of contacts (R25)."""

from typing import Any

from flask import Response, g

from projections.conditions.condition import BadCondition
from projections.state.port import StoredState
from service.api.description.examples import contact_examples as examples
from service.api.description.parameters import ContactsQuery
from service.api.description.shapes.contact_shapes import ContactsSchema
from service.api.http.arguments import bad_parameter
from service.api.http.routing import Routes, json_answer
from service.http.services import Services
from service.http.shown.where_from import origins_in
from service.queries.as_of import BadMoment, position_of
from service.queries.filters.selection import BadSort, Selection
from service.queries.lists.last_changes import last_changes_of
from service.queries.lists.list import BadCursor


def list_routes(services: Services) -> Routes:
    """The list's route."""
    routes = Routes("lists", "Lists of contacts")

    @routes.get("/v1/contacts", scope="read")
    @routes.query(ContactsQuery)
    @routes.answers(200, ContactsSchema, example=examples.CONTACTS)
    @routes.problems(503)
    def contacts(query: dict[str, Any]) -> Response:
        """List contacts.

        `where` is an attribute, one of `= != > >= < <= ~` (contains, in any letter case) and a value, such as
        `city=Pune`. Behind `=` and `!=` there can also be `in:a,b` (any of these), `between:1,5`, `empty:`, `any:` (has
        a value), `all:a,b` (for tags and lists), `day:2026-10-01,2026-10-12`, `last:30` and `next:7` (days; those of
        `created_at` and `modified_at` are the business's), `anniversary:today`, `anniversary:week` and `anniversary:30`
        (for dates, whatever their year), and `is:` before a value that begins like one of these.
        `phone`, `user_id`, `created_at`, `modified_at`, `tags` and `contact` (its id) are asked for in the same way; an
        attribute of such a name, or one whose name holds an operator, is put in double quotes: `"created_at"=x`.
        Default attributes go by their titles too. All of `where` and `tag` must hold, or any with `match=any`. A
        condition that no value can meet, and one about an attribute that nobody ever had, is 422; `notes` tell how many
        values a comparison had to leave out.

        `sort` by an attribute has letters in order whatever their case, and contacts without a value at the end.

        Ask for the next page with `cursor` set to `next_cursor`, and all else as it was, until that is null. What was
        there all the time is in the list, whatever changes meanwhile: sorted by `-modified`, contacts that change while
        you read come at the end with their new values, perhaps for the second time.

        A list that took long is quick some seconds later: the index it needs is made by itself.

        `last_change=true` tells of each contact which event changed it last, as its history has it, with the changes of
        all messages of an import's row; null for a contact that has far more events than the others.

        With `as_of` the list is as it was; the answer then names the position used. The first list of a moment waits
        until all contacts of then are worked out, and is answered 503 with `Retry-After` when that takes longer.
        """
        asked = Selection(tuple(query["where"]), tuple(query["tag"]), query.get("q"), query["match"])
        past, position = _past(services, query["as_of"]) if "as_of" in query else (None, None)
        page = (asked, query["sort"], query["limit"], query.get("cursor"))
        try:
            document = services.lists.page(*page, past=past, with_total=query["total"])
        except BadCursor as fault:
            raise bad_parameter("cursor", str(fault)) from None
        except BadSort as fault:
            raise bad_parameter("sort", f"is wrong: {fault}") from None
        except BadCondition as fault:
            raise bad_parameter("where", f"is wrong: {fault}") from None
        except ValueError as fault:
            raise bad_parameter("tag", f"is wrong: {fault}") from None
        if position is not None:
            document["as_of"] = position
        if "chosen" in query:
            document["contacts"] = [_chosen(one, query["chosen"].split(",")) for one in document["contacts"]]
        if query["last_change"]:
            _tell_last_changes(services, document["contacts"], position)
        return json_answer(document)

    return routes


def _tell_last_changes(services: Services, contacts: list[dict[str, Any]], position: int | None) -> None:
    with services.readers.log() as log:
        found = last_changes_of(log, origins_in(services, log), [one["id"] for one in contacts], position)
    for contact in contacts:
        contact["last_change"] = found.get(contact["id"])


def _past(services: Services, as_of: str) -> tuple[StoredState, int]:
    """The state as of then, and the position that this is."""
    with services.readers.log() as log:
        try:
            position = position_of(log, as_of)
        except BadMoment as fault:
            raise bad_parameter("as_of", f"is not possible: {fault}") from None
        assert position is not None
        with services.seats.taken(g.key.id):
            return services.past.at(log, position), position


def _chosen(contact: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """The contact with its id and these members; a name that is no member's is an attribute's."""
    members = [name for name in fields if name in contact]
    traits = {name.removeprefix("traits.") for name in fields if name not in contact}
    chosen = {"id": contact["id"]} | {name: contact[name] for name in members}
    if traits and "traits" not in members:
        chosen["traits"] = {name: value for name, value in contact["traits"].items() if name in traits}
    return chosen
