"""Saved views in the hub: opened from the sidebar, saved from the list, changed and removed by their owner."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, request

from service.deployment.tables.views import NotYourView, TooManyViews, View, ViewNameTaken, Views, ViewUnknown
from service.hub.contacts.address import ListAddress
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import sentence


def view_of(views: Views, id: str) -> View | None:
    """The view that an address names, if the person at hand may see it."""
    try:
        return views.find(id, g.session.name) if id else None
    except ViewUnknown:
        return None


def pairs_of(view: View) -> list[tuple[str, str]]:
    """What the list's address says of a view's filters and order."""
    query = view.query
    found = [("q", str(query["q"]))] if query.get("q") else []
    found += [("where", one) for one in query.get("where", ())] + [("tag", one) for one in query.get("tag", ())]
    return found if view.sort == "-modified" else [*found, ("sort", view.sort)]


def views_pages(pages: Blueprint, views: Views) -> None:
    """The forms of the list's views. Each leads back to the list."""

    @pages.post("/contacts/views")
    @needs("read")
    def save_view() -> Any:
        """Save the list of the address: as the view at hand, or as a new one."""
        asked = ListAddress.of(request.args, ())
        kept = view_of(views, request.form.get("view", ""))
        is_same = kept is not None and request.form.get("as") == "same"
        name = kept.name if kept is not None and is_same else request.form.get("name", "")
        is_shared = kept.is_shared if kept is not None and is_same else request.form.get("shared") == "yes"
        columns = tuple(request.form.getlist("column")) or None
        query = {"where": list(asked.where), "tag": list(asked.tags), "q": asked.q or None, "match": "all"}
        wanted = View(
            kept.id if kept is not None and is_same else "", name, query, columns, asked.sort, is_shared, g.session.name
        )
        try:
            saved = views.change(wanted) if is_same else views.save(wanted)
        except (ViewNameTaken, TooManyViews, NotYourView, ValueError) as fault:
            tell(sentence(fault), kind="fault")
            return redirect(f"/contacts?{urlencode(list(request.args.items(multi=True)))}", 303)
        tell(f"The view “{saved.name}” is saved.")
        return redirect(f"/contacts?view={saved.id}", 303)

    @pages.post("/contacts/views/<id>/remove")
    @needs("read")
    def remove_view(id: str) -> Any:
        try:
            removed = views.remove(id, g.session.name)
        except ViewUnknown:
            abort(404)
        except NotYourView as fault:
            tell(sentence(fault), kind="fault")
            return redirect(f"/contacts?view={id}", 303)
        tell(f"The view “{removed.name}” is removed. The contacts stay.")
        return redirect("/contacts", 303)
