"""Who may see a page, and whether a form was sent from one of ours: sessions, rights, and forged requests."""

import hashlib
import hmac
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, g, redirect, request

from service.deployment.tables.sessions import Session, Sessions
from service.http.admission.body import read_bytes
from service.http.admission.seats import Seats
from service.hub.frame.words import right

_SAFE = ("GET", "HEAD")
LARGEST_FORM = 256 * 1024
"""Bytes: the columns of a file have some fields each."""
_TOKEN = 32


class NotAllowed(Exception):
    """The person is signed in but lacks the right for this page."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(f"This page needs the right “{right(scope)}”. Whoever manages people can give it to you.")


class Forged(Exception):
    """A form that did not come from a page of this hub, or from one that was made before the last sign-in."""


class SignedOut(Exception):
    """Something was to be changed, or a part of a page was asked for, by a browser whose session has ended."""


class Access:
    """Finds the session of each request, before any page runs.

    `secret` keys the token that each form carries, `random(n)` gives n random bytes; `port` is in the cookie's name, as
    browsers share cookies between the ports of one host. A form takes one of the `seats` while it comes in, so that
    those that stop half-way keep nobody else out (R39).
    """

    def __init__(
        self, sessions: Sessions, seats: Seats, secret: bytes, port: int, random: Callable[[int], bytes]
    ) -> None:
        self._sessions = sessions
        self._seats = seats
        self._key = hashlib.sha256(b"forms of the hub" + secret).digest()
        self._name = f"contacts-{port}"
        self._random = random

    def guard(self, app: Flask, open_endpoints: frozenset[str], uploads: frozenset[str] = frozenset()) -> None:
        """Let only signed-in people reach `app`, but for the pages named, and only forms of our own change anything.

        The views `uploads` read their body themselves, piece by piece, and ask `confirm` about it.
        """

        @app.before_request
        def admit() -> Any:
            cookie = request.cookies.get(self._cookie_name())
            session = None if cookie is None else self._sessions.find(cookie)
            g.session = session
            if request.method not in _SAFE:
                g.is_same_origin = is_same_origin()
                if not g.is_same_origin:
                    raise Forged
                name = "a sign-in" if session is None else session.name
                self._seats.take(name)
                g.seat = name  # none is given back that was not taken
                g.is_upload = request.endpoint in uploads
                if not g.is_upload:
                    request.environ["wsgi.input"] = BytesIO(read_bytes(request.environ, LARGEST_FORM))
            if request.endpoint in open_endpoints or request.endpoint is None:
                return None
            if session is None:
                if request.method in _SAFE and not is_fragment():
                    return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='')}", 303)
                raise SignedOut
            if request.method not in _SAFE and not g.is_upload:
                self.confirm(request.form.get("csrf", ""))
            return None

        @app.teardown_request
        def leave(_fault: BaseException | None) -> None:
            if "seat" in g:
                self._seats.leave(g.seat)

    def token(self, session: Session) -> str:
        """What each form of this session carries, masked anew each time: the length of a compressed page shows."""
        mask = self._random(_TOKEN)
        return (mask + _xor(mask, self._secret_of(session))).hex()

    def confirm(self, field: str) -> None:
        """See that a form, by its field `csrf`, has what a page of this session gave it. Raises Forged."""
        try:
            both = bytes.fromhex(field)
        except ValueError:
            raise Forged from None
        if not hmac.compare_digest(_xor(both[:_TOKEN], both[_TOKEN:]), self._secret_of(g.session)):
            raise Forged

    def _secret_of(self, session: Session) -> bytes:
        return hmac.digest(self._key, session.hash, "sha256")

    def sign_in(self, response: Any, *, person: str | None = None, key: str | None = None) -> Any:
        """Begin a session on the device that asks, and give it the cookie."""
        if g.session is not None:
            self._sessions.end(g.session)
        text = self._sessions.begin(device_of(request.headers.get("User-Agent", "")), person=person, key=key)
        response.set_cookie(
            self._cookie_name(), text, max_age=30 * 24 * 3600, httponly=True, samesite="Lax", secure=request.is_secure
        )
        return response

    def sign_out(self, response: Any) -> Any:
        """End the session of the device that asks."""
        if g.session is not None:
            self._sessions.end(g.session)
        response.delete_cookie(self._cookie_name(), httponly=True, samesite="Lax", secure=request.is_secure)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _cookie_name(self) -> str:
        return f"__Host-{self._name}" if request.is_secure else self._name


def needs(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page that only people with this right may see."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if scope not in g.session.scopes:
                raise NotAllowed(scope)
            return view(*args, **kwargs)

        guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
        return guarded

    return decorate


def own_path(text: str | None) -> str:
    """Where to go after signing in: an address of this hub, or the list of contacts."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")) and "\\" not in text:
        parts = urlsplit(text)
        if not parts.scheme and not parts.netloc and not parts.path.startswith("/sign-"):
            return text
    return "/contacts"


def is_same_origin() -> bool:
    """Whether the browser says that the request comes from a page of this very host."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host


def device_of(agent: str) -> str:
    """A browser in words, from its User-Agent: `Chrome on Windows`."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "A browser")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def is_fragment() -> bool:
    """Whether a script asks, to put a part of the answer into a page that is open."""
    return "HX-Request" in request.headers


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
