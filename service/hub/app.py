"""The hub's Flask application: the pages over the parts they need, and what all pages have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, g, redirect, render_template, request

from service.http.services import Services
from service.hub.contact.page import contact_pages
from service.hub.contacts.duplicates import duplicates_pages
from service.hub.contacts.overview import growth_pages
from service.hub.contacts.page import contacts_pages
from service.hub.edits.pages import edits_pages
from service.hub.erasures.pages import erasures_pages
from service.hub.exports.pages import exports_pages
from service.hub.frame import words
from service.hub.frame.access import Access
from service.hub.frame.assets import Assets
from service.hub.frame.compression import compressed
from service.hub.frame.faults import answer_faults
from service.hub.frame.notices import with_notices
from service.hub.frame.places import PLACES
from service.hub.frame.policy import with_policy
from service.hub.frame.polling import polled
from service.hub.frame.preferences import Preferences
from service.hub.frame.signing_in import signing_in, signing_out
from service.hub.imports.pages import UPLOADS, imports_pages
from service.hub.people.page import people_pages
from service.hub.records.keys import keys_pages
from service.hub.records.pages import records_pages

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


@dataclass(frozen=True, slots=True)
class Hub:
    """What the pages need: the parts behind the API's routes, and those of the hub alone. All safe for threads."""

    services: Services
    preferences: Preferences
    secret: bytes
    random: Callable[[int], bytes]


def create_hub(hub: Hub) -> Flask:
    """The pages. Every one but the sign-in needs a session, and each says which right it needs."""
    app = Flask("service.hub", static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    settings = hub.services.settings
    access = Access(hub.services.sessions, hub.services.seats, hub.secret, settings.port, hub.random)
    access.guard(app, _OPEN, UPLOADS)
    Assets(Path(app.root_path) / "static").serve(app)
    with_notices(app, hub.secret, settings.port)
    with_policy(app, hub.random)
    compressed(app, hub.random)
    polled(app)
    answer_faults(app, access, hub.services.new_id, hub.services.gate.denied)
    app.register_blueprint(signing_in(access, hub.services.gate, hub.services.people))
    app.register_blueprint(signing_out(access))
    app.register_blueprint(growth_pages(hub.services))
    app.register_blueprint(duplicates_pages(hub.services))
    app.register_blueprint(contacts_pages(hub.services, hub.preferences))
    app.register_blueprint(contact_pages(hub.services, hub.preferences))
    app.register_blueprint(imports_pages(hub.services, access))
    app.register_blueprint(edits_pages(hub.services))
    app.register_blueprint(erasures_pages(hub.services))
    app.register_blueprint(exports_pages(hub.services, hub.preferences))
    app.register_blueprint(records_pages(hub.services))
    app.register_blueprint(keys_pages(hub.services.keys))
    app.register_blueprint(people_pages(hub.services.people, hub.services.sessions))

    @app.get("/")
    def home() -> Any:
        return redirect("/contacts", 303)

    @app.get("/help")
    def help_page() -> Any:
        return render_template("frame/help.html")

    app.jinja_env.globals["saved_views"] = lambda: hub.services.views.seen_by(g.session.name)
    app.jinja_env.globals["retention"] = hub.services.status.retention
    _speak(app, access, words.Moments(settings.time_zone, hub.services.clock))
    return app


def _speak(app: Flask, access: Access, moments: words.Moments) -> None:
    """Give the templates our words, and what every page shows."""
    app.jinja_env.filters.update(
        title=words.title,
        date=words.date,
        days=words.days,
        origin=words.origin,
        right=words.right,
        person=words.person,
        size=words.size,
        phone=words.phone,
        count=words.count,
        value=moments.value,
        said=lambda name, found: words.consent(name, found) or moments.value(found),
        visible=words.visible,
        full=moments.full,
        day=moments.day,
        time=moments.time,
        ago=moments.ago,
    )

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
            "may": words.MAY,
            "places": PLACES,
        }
