"""The page of API keys: each with its rights, made here, shown once, and revoked (R33)."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.deployment.tables.keys import Keys, KeyUnknown, TooManyKeys, shown
from service.deployment.tables.scopes import ScopeUnknown
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import RIGHTS, sentence


def keys_pages(keys: Keys) -> Blueprint:
    """The page of keys, for those who manage access."""
    pages = Blueprint("keys", __name__, url_prefix="/audit/keys")

    @pages.get("")
    @needs("admin")
    def keys_page() -> Any:
        return _page()

    @pages.post("")
    @needs("admin")
    def create() -> Any:
        name, chosen = request.form.get("name", ""), request.form.getlist("scope")
        try:
            key, text = keys.create(name, chosen, by=g.session.name)
        except ScopeUnknown:
            return _page(fault="Choose at least one right.", name=name, chosen=chosen), 422
        except TooManyKeys:
            fault = (
                "Two valid keys have this name already: revoke the one that is no longer used, or choose another name."
            )
            return _page(fault=fault, name=name, chosen=chosen), 409
        except ValueError as fault:
            return _page(fault=sentence(fault), name=name, chosen=chosen), 422
        return _page(made=key, text=text)

    @pages.post("/<id>/revoke")
    @needs("admin")
    def revoke(id: str) -> Any:
        with suppress(KeyUnknown):
            key = keys.revoke(id, by=g.session.name)
            tell(f"The key {key.name} is revoked: nothing is let in by it after 5 seconds.")
        return redirect("/audit/keys", 303)

    def _page(**members: Any) -> str:
        given = {"fault": None, "name": "", "chosen": [], "made": None, "text": None, **members}
        every = list(map(shown, keys.all()))[::-1]
        return render_template(
            "records/keys.html",
            valid=[key for key in every if key["revoked_at"] is None],
            revoked=[key for key in every if key["revoked_at"] is not None],
            scopes=RIGHTS,
            **given,
        )

    return pages
