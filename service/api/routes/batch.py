"""Many track calls in one request, a line each, with a result for each line (R6-R9)."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g

from ledger.bus.port import NotConfirmed
from ledger.events.calls import TrackUser, track_user
from ledger.events.schema import FieldFault, Invalid
from service.api.description.shapes import batch_shapes
from service.api.http.arguments import faulty
from service.api.http.claims import claim_of
from service.api.http.errors import RETRY, errors_of
from service.api.http.routing import TOKEN, Routes, json_answer
from service.api.server.metrics import Metrics
from service.commands.call_messages import noted
from service.commands.conflicts import IdentityConflict
from service.commands.track_batch import Outcome
from service.http.admission.body import LARGEST, NestedTooDeeply, NotAnObject, read_object
from service.http.problem import Problem
from service.http.services import Services

BATCH = "/v1/contacts/batch"
"""The address, and the source of the messages that are sent from here."""

MOST_LINES = 5_000
LARGEST_BATCH = 5 * 1024 * 1024
"""Bytes of a body: five thousand lines of a kilobyte each."""

MOST_ERRORS = 10_000
"""Errors that an answer lists; after that, one for each line, or it could be twenty times as large as the body."""


def batch_routes(services: Services, metrics: Metrics) -> Routes:
    """The route that takes many track calls."""
    routes = Routes("batch", "Many track calls in one")

    @routes.post(BATCH, scope="track", most_bytes=LARGEST_BATCH)
    @routes.takes(batch_shapes.BODY, example=batch_shapes.EXAMPLE, content_type="application/x-ndjson")
    @routes.repeatable()
    @routes.answers(
        202, batch_shapes.BatchSchema, example=batch_shapes.TAKEN, headers={TOKEN: "For reads that must show this"}
    )
    @routes.problems(409, 503)
    def track_batch() -> Response:
        """Track many contacts.

        The body is NDJSON: one JSON object a line, each as the body of `POST /v1/public/track/users/`; up to 5,000
        lines, 256 KiB each, 5 MiB in all, whatever its `Content-Type`. Each line is taken or refused by itself: the
        answer has a result for each, in their order. 202 means that the messages of all lines that were taken are on
        the disk of the bus. If no line can be taken it is 422, or 409 where some are right but for a conflict of
        identity, with the same results. Messages keep the order of the lines.
        """
        content = g.content
        lines = _lines(content)
        code = services.settings.default_country_code
        reading = _LineReader(code)
        batch = services.batches.prepare(
            map(reading, lines),
            len(lines),
            BATCH,
            g.key.name,
            lambda: claim_of(services.idempotency, content),
        )
        outcomes = batch.outcomes
        for one in outcomes:
            if isinstance(one, IdentityConflict):
                metrics.conflict()
        results = [
            _result(number, one) | noted(reading.notes.get(number, ()))
            for (number, _), one in zip(lines, outcomes, strict=True)
        ]
        taken = [one for one in outcomes if isinstance(one, list)]
        if not taken:
            raise _none_taken(outcomes, results)
        try:
            services.batches.publish(batch)
        except NotConfirmed:
            raise _not_confirmed(results) from None
        return json_answer(_taken(taken, results), 202, {TOKEN: services.consistency.token(BATCH, taken[-1][-1])})

    return routes


def _taken(taken: Sequence[list[str]], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "result": True,
        "message": f"{len(taken):,} of {len(results):,} lines were taken",
        "accepted": len(taken),
        "refused": len(results) - len(taken),
        "results": results,
    }


def _none_taken(outcomes: Sequence[Outcome], results: Sequence[dict[str, Any]]) -> Problem:
    is_conflict = any(isinstance(one, IdentityConflict) for one in outcomes)
    text = "no line can be taken; results has what is wrong with each"
    return Problem(409 if is_conflict else 422, text, results=results)


def _not_confirmed(results: Sequence[dict[str, Any]]) -> Problem:
    text = (
        "the bus did not confirm in time; any of the lines that results has with ids may have been published: "
        "GET /v1/messages/{id} tells"
    )
    return Problem(503, text, headers=RETRY, results=results)


def _lines(content: bytes) -> list[tuple[int, bytes]]:
    """The lines that are not blank, by their number. Raises Problem."""
    count = content.count(b"\n") + (not content.endswith(b"\n"))
    if count > MOST_LINES:
        raise _of_body(f"has {count:,} lines: {MOST_LINES:,} are allowed; send the others in a call of their own")
    found = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    if not found:
        raise _of_body("has no lines: give one JSON object a line")
    return found


def _of_body(fault: str) -> Problem:
    return faulty([{"pointer": "", "message": f"the body {fault}", "reason": "invalid"}])


class _Unfit(Exception):
    """A line that is wrong in itself: its errors, and how `more` there are."""

    def __init__(self, errors: Sequence[dict[str, str]], more: int = 0) -> None:
        super().__init__()
        self.errors = errors
        self.more = more


class _LineReader:
    """Reads the lines of one batch. `notes` tell, by line, what of it counts as not given."""

    def __init__(self, default_country_code: str) -> None:
        self._default_country_code = default_country_code
        self.notes: dict[int, Sequence[FieldFault]] = {}
        self._left = MOST_ERRORS

    def __call__(self, numbered: tuple[int, bytes]) -> TrackUser | _Unfit:
        number, line = numbered
        if len(line) > LARGEST:
            return _Unfit([_of_line(f"the line is over the limit of {LARGEST // 1024} KiB", "too_large")])
        try:
            call = track_user(read_object(line, "the line", number), self._default_country_code)
        except Invalid as fault:
            return self._unfit(fault)
        except (NotAnObject, NestedTooDeeply) as fault:
            return _Unfit([_of_line(str(fault), "invalid")])
        if call.notes:
            self.notes[number] = call.notes
        return call

    def _unfit(self, fault: Invalid) -> _Unfit:
        errors = errors_of(fault)
        listed = len(errors) if len(errors) <= self._left else 1
        self._left -= listed
        return _Unfit(errors[:listed], len(errors) - listed)


def _result(number: int, outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case list():
            return {"line": number, "result": True, "ids": outcome}
        case IdentityConflict():
            return _refused(number, [_of_line(str(outcome), outcome.reason)]) | {"holders": outcome.holders}
        case _Unfit():
            return _refused(number, outcome.errors) | ({"more": outcome.more} if outcome.more else {})
    return _refused(number, [_of_line(str(outcome), "too_large")])


def _refused(number: int, errors: Sequence[dict[str, str]]) -> dict[str, Any]:
    return {"line": number, "result": False, "errors": errors}


def _of_line(message: str, reason: str) -> dict[str, str]:
    return {"pointer": "", "message": message, "reason": reason}
