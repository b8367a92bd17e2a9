"""What a page says when it cannot do what was asked: which fault, in words, and what to do.

A page that a script asked for a part of gets the words alone, to show beside what stands there; nothing that was typed
goes away. A form that came from a browser without a session, or under an old one, can be sent again with all it held.
"""

from collections.abc import Callable
from dataclasses import dataclass
from json import dumps
from typing import Any

import structlog
from flask import Flask, g, render_template, request
from werkzeug.exceptions import HTTPException

from ledger.storage import NotMadeYet, StorageFault
from service.http.admission.body import BrokenOff, LengthMissing, TooLong
from service.http.problem import Problem
from service.hub.frame.access import LARGEST_FORM, Access, Forged, NotAllowed, SignedOut, is_fragment
from service.hub.frame.polling import is_poll
from service.hub.frame.words import sentence
from service.imports.registry.registry import ImportUnknown
from service.jobs.past_states import BeingFolded
from service.queries.contact.find import Erased, Unknown
from service.queries.ledger.erased_messages import MessageErased

_log = structlog.get_logger(part="hub")

_TO_NOTICES = {"HX-Retarget": "#notices", "HX-Reswap": "innerHTML", "HX-Reselect": ".toast"}


@dataclass(frozen=True, slots=True)
class _Said:
    """A fault as it is shown. `waits`: asking again can help; `looks_again`: the page does so by itself."""

    status: int
    heading: str
    text: str
    waits: bool = False
    looks_again: bool = False


_NOTHING = _Said(404, "There is nothing here", "The address may be mistyped, or the page was removed.")


def answer_faults(
    app: Flask, access: Access, new_id: Callable[[], str], denied: Callable[[str, str | None, str], None]
) -> None:
    """Word every fault of the pages of `app`; one that we did not foresee goes to the log under an id.

    `denied` is told who lacked which right: the name, the key's id if it is one, and the scope.
    """

    @app.errorhandler(Exception)
    def answer(fault: Exception) -> Any:
        said = _said(fault)
        if isinstance(fault, NotAllowed):
            denied(g.session.name, g.session.key, fault.scope)
        if said is None:
            id = new_id()
            _log.error("page failed", request=id, route=str(request.url_rule), exc_info=fault)
            said = _Said(500, "Something went wrong here", f"The server's log has it under {id}.")
        headers = {"Retry-After": "2"} if said.status == 503 else {}
        if is_fragment() and not (said.looks_again and is_poll()):
            if isinstance(fault, Forged) and g.session is not None:
                headers["HX-Trigger"] = dumps({"hub:token": {"token": access.token(g.session)}})
            return render_template("frame/fault_notice.html", said=said), said.status, headers | _TO_NOTICES
        if isinstance(fault, Forged | SignedOut) and _can_be_sent_again(fault):
            return render_template("frame/again.html", said=said, fields=_typed()), said.status, headers
        return render_template("frame/fault.html", said=said), said.status, headers


def _said(fault: Exception) -> _Said | None:
    match fault:
        case SignedOut():
            return _Said(401, "You are signed out", "Nothing was changed. What you typed is still here.")
        case NotAllowed():
            return _Said(403, "You may not do this", str(fault))
        case Forged():
            return _Said(403, "This form is out of date", "Nothing was changed. Reload the page first.")
        case ImportUnknown():
            return _NOTHING
        case Erased() | MessageErased():
            return _Said(410, "This person was erased", sentence(fault))
        case Unknown():
            return _Said(404, "Nobody is here", sentence(fault))
        case BeingFolded():
            done = fault.progress
            how_far = "" if done is None else f" {done.done:,} of {done.of:,} entries are done."
            text = f"The contacts as of then are being worked out.{how_far} They will be shown here by themselves."
            return _Said(503, "One moment", text, waits=True, looks_again=True)
        case NotMadeYet():
            return _Said(503, "One moment", "The ledger is just starting.", waits=True)
        case StorageFault() if fault.is_passing:
            text = "The ledger cannot take or show changes just now. What you typed is still here."
            return _Said(503, "One moment", text, waits=True)
        case Problem():
            return _Said(fault.status, "Too much at once", sentence(fault.message), waits=True)
        case BrokenOff() | LengthMissing():
            return _Said(400, "This form did not arrive whole", "Nothing was changed. Send it again.")
        case TooLong():
            return _Said(413, "This is too long", f"A form here has at most {LARGEST_FORM // 1024} KiB.")
        case HTTPException() if fault.code is not None and fault.code < 500:
            if fault.code == 404:
                return _NOTHING
            return _Said(fault.code, fault.name, fault.description or "")
    return None


def _can_be_sent_again(fault: Exception) -> bool:
    """Whether the form stood on a page of this hub, and all that it held is in our hands."""
    if g.get("is_upload", False):
        return False  # a file is not read to be shown again
    is_ours = isinstance(fault, SignedOut) or g.session is not None
    return is_ours and g.get("is_same_origin", False) and not request.files and request.mimetype in _FORMS


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
