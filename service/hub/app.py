"""The hub's Flask application: the pages over the parts they need, and what all pages have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from ledger.storage import NotMadeYet, StorageFault
from service.deployment.people import People
from service.deployment.sessions import Sessions
from service.http.body import BrokenOff, LengthMissing, TooLong
from service.http.problem import Problem
from service.http.services import Services
from service.hub.contact.page import contact_pages
from service.hub.contacts.page import contacts_pages
from service.hub.frame import words
from service.hub.frame.access import Access, Forged, NotAllowed
from service.hub.frame.assets import Assets
from service.hub.frame.notices import with_notices
from service.hub.frame.places import PLACES
from service.hub.frame.preferences import Preferences
from service.hub.frame.signing_in import signing_in, signing_out
from service.hub.people.page import people_pages
from service.jobs.past_states import BeingFolded
from service.queries.find import Unknown

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""Pages without script: nothing that a value of somebody's data says can run."""

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OPEN = frozenset(
    {
        "home",
        "static",
        "signing_in.sign_in_page",
        "signing_in.sign_in",
        "signing_in.link_page",
        "signing_in.spend_link",
        "signing_in.theme",
    }
)
_log = structlog.get_logger(part="hub")


@dataclass(frozen=True, slots=True)
class Hub:
    """What the pages need: the parts behind the API's routes, and those of the hub alone. All safe for threads."""

    services: Services
    people: People
    sessions: Sessions
    preferences: Preferences
    secret: bytes
    clock: Callable[[], int]


def create_hub(hub: Hub) -> Flask:
    """The pages. Every one but the sign-in needs a session, and each says which right it needs."""
    app = Flask("service.hub", static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    settings = hub.services.settings
    access = Access(hub.sessions, hub.services.seats, hub.secret, settings.port)
    access.guard(app, _OPEN)
    Assets(Path(app.root_path) / "static").serve(app)
    with_notices(app, hub.secret, settings.port)
    _finish(app)
    _answer_faults(app, hub.services.new_id)
    app.register_blueprint(signing_in(access, hub.services.gate, hub.people))
    app.register_blueprint(signing_out(access))
    app.register_blueprint(contacts_pages(hub.services, hub.preferences))
    app.register_blueprint(contact_pages(hub.services))
    app.register_blueprint(people_pages(hub.people))

    @app.get("/")
    def home() -> Any:
        return redirect("/contacts", 303)

    @app.get("/help")
    def help_page() -> Any:
        return render_template("frame/help.html")

    _speak(app, access, words.Moments(settings.time_zone, hub.clock))
    return app


def _speak(app: Flask, access: Access, moments: words.Moments) -> None:
    """Give the templates our words, and what every page shows."""
    app.jinja_env.filters.update(
        title=words.title,
        right=words.right,
        phone=words.phone,
        count=words.count,
        value=moments.value,
        visible=words.visible,
        full=moments.full,
        day=moments.day,
        time=moments.time,
        ago=moments.ago,
    )

    there = {rule.rule for rule in app.url_map.iter_rules()}
    places = [place for place in PLACES if place.address in there]

    @app.context_processor
    def common() -> dict[str, Any]:
        session = g.get("session")
        theme = request.cookies.get("theme")
        return {
            "session": session,
            "token": "" if session is None else access.token(session),
            "theme": theme if theme in ("light", "dark") else None,
            "here": request.full_path.rstrip("?"),
            "rights": words.RIGHTS,
            "places": places,
        }


def _finish(app: Flask) -> None:
    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "private, no-store"
            response.vary.add("Cookie")
        return response


def _answer_faults(app: Flask, new_id: Callable[[], str]) -> None:
    @app.errorhandler(Exception)
    def answer(fault: Exception) -> Any:
        match fault:
            case NotAllowed():
                return _fault(403, "You may not see this", str(fault))
            case Forged():
                return _fault(403, "This form is out of date", "Go back, reload the page and send the form again.")
            case Unknown():
                return _fault(404, "Nobody is here", f"{str(fault)[:1].upper()}{str(fault)[1:]}.")
            case BeingFolded():
                return _waiting("The contacts as of then are being worked out.")
            case NotMadeYet():
                return _waiting("The ledger is just starting.")
            case StorageFault() if fault.is_passing:
                return _waiting("The ledger cannot be read just now.")
            case Problem():
                return _fault(fault.status, "Too much at once", f"{fault.message[:1].upper()}{fault.message[1:]}.")
            case BrokenOff() | LengthMissing():
                return _fault(400, "This form did not arrive whole", "Go back and send it again.")
            case TooLong():
                return _fault(413, "This is too long", "A form here has at most 64 KiB.")
            case HTTPException() if fault.code is not None and fault.code < 500:
                if fault.code == 404:
                    return _fault(404, "There is nothing here", "The address may be mistyped, or the page was removed.")
                return _fault(fault.code, fault.name, fault.description or "")
        id = new_id()
        _log.error("page failed", request=id, route=str(request.url_rule), exc_info=fault)
        return _fault(500, "Something went wrong here", f"The server's log has it under {id}.")


def _fault(status: int, heading: str, text: str) -> Any:
    return render_template("frame/fault.html", heading=heading, text=text, waits=False), status


def _waiting(text: str) -> Any:
    return render_template("frame/fault.html", heading="One moment", text=text, waits=True), 503, {"Retry-After": "2"}
