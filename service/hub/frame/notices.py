"""What the next page says of what was just done: kept in a signed cookie of the browser until a page has shown it.

tell("City changed.", undo=Undo(f"/contacts/{id}/undo", {"position": "633"}))
return redirect(f"/contacts/{id}", 303)
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import Flask, flash, get_flashed_messages, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface

from service.hub.frame.polling import is_poll

_LONGEST = 300

Kind = Literal["done", "fault"]


@dataclass(frozen=True, slots=True)
class Undo:
    """A form beside a notice: where it goes, its hidden fields (ids and positions, which are short), its button."""

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)
    label: str = "Undo"


def tell(text: str, *, undo: Undo | None = None, kind: Kind = "done") -> None:
    """Have the next page that this browser opens say what happened, in one sentence of 300 characters at most.

    A notice of kind "fault" stays until it is closed.
    """
    way_back = undo and {"action": undo.action, "fields": dict(undo.fields), "label": undo.label}
    flash({"text": text[:_LONGEST], "undo": way_back}, kind)  # type: ignore[arg-type]  # whatever JSON can hold


def forget() -> None:
    """Drop what no page has said yet: whoever signs in next is told nothing of it."""
    cookie.clear()


def with_notices(app: Flask, secret: bytes, port: int) -> None:
    """Let pages of `app` tell and show notices: `notices()` in a template gives each once."""
    app.secret_key = hashlib.sha256(b"notices of the hub" + secret).digest()
    app.session_interface = _Cookie(f"notices-{port}")
    app.jinja_env.globals["notices"] = _take


def _take() -> list[dict[str, Any]]:
    if is_poll():  # it puts a part of the page in place, and notices are no part of it
        return []
    told: Any = get_flashed_messages(with_categories=True)
    return [{"kind": kind, **notice} for kind, notice in told]


class _Cookie(SecureCookieSessionInterface):
    """Flask's signed cookie, which is there only while something waits to be said."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get_cookie_name(self, _app: Flask) -> str:
        return self._name

    def get_cookie_samesite(self, _app: Flask) -> str:
        return "Lax"

    def get_cookie_secure(self, _app: Flask) -> bool:
        return request.is_secure
