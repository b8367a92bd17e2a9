"""Which fault answers with which status: permanent ones 4xx, passing ones 503 (clients retry every 5xx)."""

from collections.abc import Callable

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from ledger.belonging import Gone, NotOurs
from ledger.bus.port import BusError, ClockRefused, NotConfirmed, TooLarge
from ledger.events.schema import Invalid
from ledger.storage import NotMadeYet, StorageFault
from service.api.http.arguments import faulty
from service.api.http.import_problems import problem_of_import
from service.api.http.routing import TOKEN
from service.api.server.metrics import Metrics
from service.commands.conflicts import IdentityConflict
from service.commands.idempotency import HEADER, KeyReused, KeyUnfit, NotKept
from service.http.admission.body import BrokenOff, LengthMissing, NestedTooDeeply, NotAnObject, TooLong
from service.http.admission.gate import ScopeMissing, SignInFailed, SignInsThrottled, quota_headers
from service.http.admission.rates import RATE_EXCEEDED, RateExceeded
from service.http.problem import Problem
from service.http.services import Services
from service.jobs.past_states import BeingFolded
from service.queries.contact.find import Erased, Unknown
from service.queries.ledger.consistency import BadToken, NotShown, WriteRejected
from service.queries.ledger.erased_messages import MessageErased

RETRY = {"Retry-After": "2"}
_log = structlog.get_logger(part="api")


def answer_errors(app: Flask, services: Services, metrics: Metrics) -> None:
    """Make every error of `app` one problem object."""

    @app.errorhandler(Exception)
    def answer(fault: Exception) -> Response:
        return problem_of_any(fault, str(request.url_rule), services.new_id, metrics).response()


def problem_of_any(fault: Exception, route: str, new_id: Callable[[], str], metrics: Metrics) -> Problem:
    """The answer to any fault; one that was not foreseen is logged, and shows the id that the log has it under."""
    if isinstance(fault, IdentityConflict):
        metrics.conflict()
    problem = problem_of(fault)
    if problem is None:
        id = new_id()
        _log.error("request failed", request=id, route=route, exc_info=fault)
        problem = Problem(500, f"something went wrong here; the log has it under {id}", id=id)
    return problem


def problem_of(fault: Exception) -> Problem | None:
    """The answer to a fault that is foreseen, None for any other."""
    match fault:
        case Problem():
            return fault
        case SignInFailed():
            return Problem(401, str(fault), headers={"WWW-Authenticate": 'Basic realm="Contact Ledger"'})
        case ScopeMissing():
            return Problem(403, str(fault))
        case RateExceeded():
            headers = {"Retry-After": str(fault.quota.seconds), **quota_headers(fault.quota)}
            return Problem(429, str(fault), headers=headers)
        case SignInsThrottled():
            # the message that clients of the hub's API know
            headers = {"Retry-After": str(fault.retry_after)}
            return Problem(429, RATE_EXCEEDED, headers=headers, reason="sign_in_failed", detail=str(fault))
        case NotAnObject() | BrokenOff():
            return Problem(400, str(fault))
        case LengthMissing():
            return Problem(411, str(fault))
        case TooLong():
            return Problem(413, str(fault))
        case NestedTooDeeply():
            return Problem(422, str(fault))
        case Invalid():
            return faulty(errors_of(fault))
        case IdentityConflict():
            return Problem(409, str(fault), reason=fault.reason, holders=fault.holders)
        case BeingFolded():
            progress = None if fault.progress is None else {"done": fault.progress.done, "of": fault.progress.of}
            return Problem(503, str(fault), headers=RETRY, reason="being_worked_out", progress=progress)
        case Erased() | MessageErased():
            return Problem(410, str(fault), reason="erased", position=fault.position)
        case Unknown():
            return Problem(404, str(fault))
        case BadToken():
            return faulty([{"header": TOKEN, "message": f"{TOKEN} {fault}", "reason": "invalid"}])
        case KeyUnfit() | KeyReused():
            return faulty([{"header": HEADER, "message": f"{HEADER} {fault}", "reason": "invalid"}])
        case NotKept():
            return Problem(503, str(fault), headers=RETRY)
        case NotShown():
            return Problem(503, str(fault), headers=RETRY)
        case WriteRejected():
            return Problem(409, str(fault), reason=fault.reason, position=fault.position)
        case BusError():
            return _bus_fault(fault)
        case NotOurs() | Gone():
            return Problem(503, str(fault), headers=RETRY)
        case NotMadeYet():
            return Problem(503, str(fault), headers=RETRY)
        case StorageFault() if fault.is_passing:
            return Problem(503, "the store is busy or its disk is full; nothing was published", headers=RETRY)
        case HTTPException():
            return _http_fault(fault)
    return problem_of_import(fault)


def errors_of(fault: Invalid) -> list[dict[str, str]]:
    """All faults of an object, as the answer lists them."""
    return [each.to_json() for each in fault.faults]


def _bus_fault(fault: BusError) -> Problem:
    match fault:
        case TooLarge():
            return Problem(413, "the call makes a message that is too large for the bus; nothing was published")
        case NotConfirmed():
            text = "the bus did not confirm in time; the call may still have been published"
            return Problem(503, text, headers=RETRY)
        case ClockRefused():
            return Problem(503, f"{fault}; nothing was published", headers=RETRY)
    return Problem(503, "the bus cannot take messages now; nothing was published", headers=RETRY)


def _http_fault(fault: HTTPException) -> Problem:
    match fault:
        case MethodNotAllowed():
            allowed = ", ".join(sorted(fault.valid_methods or ()))
            return Problem(405, f"{request.method} is not possible here; use {allowed}", headers={"Allow": allowed})
        case NotFound():
            is_said = fault.description != NotFound.description
            return Problem(404, str(fault.description) if is_said else "there is nothing at this address")
    return Problem(fault.code or 500, fault.description or fault.name)
