"""The list of contacts (R25): search, filters, columns, sort, pages, as of a day. The address is the state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from projections.conditions.condition import IDENTITIES, BadCondition
from projections.state.port import StoredState
from service.http.services import Services
from service.http.shown.where_from import file_names
from service.hub.contacts.adding import adding_pages
from service.hub.contacts.address import LAST_CHANGE, ListAddress, chips
from service.hub.contacts.filters import CHOICES, Chosen, NotChosen, title_of, ways_of
from service.hub.contacts.last_changes import ROWS, last_changes_page
from service.hub.contacts.overview import DAYS, drawn
from service.hub.contacts.views import pairs_of, view_of, views_pages
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.preferences import Preferences
from service.hub.frame.words import in_order
from service.queries.as_of import BadMoment, end_of_day, position_of
from service.queries.contact.contact import id_of
from service.queries.contact.find import Unknown
from service.queries.contact.hub_contact import Ambiguous, as_written
from service.queries.filters.attribute_names import CONTACT, IMPORT, RECORDED, TAGS
from service.queries.filters.selection import BadSort, Selection
from service.queries.lists.list import BadCursor

COLUMNS = ("name", "phone", "city", "tags", LAST_CHANGE)
"""What the list shows before anybody chose."""

_ALWAYS = ("phone", "user_id", "tags", LAST_CHANGE, "modified", "created")
_MOST_COLUMNS = 12
_OF_A_LIST = frozenset({"q", "where", "tag", "sort", "as_of"})
_MOST_VALUES = 60
_MOST_FILES = 50


def contacts_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The list's pages."""
    pages = Blueprint("contacts", __name__)
    _list(pages, services, preferences)
    _choosing(pages, services, preferences)
    last_changes_page(pages, services)
    adding_pages(pages, services)
    views_pages(pages, services.views)
    return pages


def _list(pages: Blueprint, services: Services, preferences: Preferences) -> None:
    @pages.get("/contacts")
    @needs("read")
    def contacts_page() -> Any:
        return _shown(services, _asked(services, shown_columns(preferences)))

    @pages.get("/contacts/total")
    @needs("read")
    def total_of_list() -> Any:
        """How many contacts a list has, for a page of so many `rows` that did not wait for it."""
        asked, rows = _asked(services, ()), request.args.get("rows", 0, type=int)
        try:
            total = _page(services, asked, 1, None, is_hurried=False)[0]["total"]
        except (BadMoment, BadSort, BadCondition, ValueError):
            return "", 204  # the page itself has said what is wrong
        can_change = not asked.as_of and "import" in g.session.scopes
        return render_template("contacts/counted.html", asked=asked, total=total, rows=rows, can_change=can_change)


def _asked(services: Services, columns: tuple[str, ...]) -> ListAddress:
    """What the address asks for; that of a view alone stands for what was saved."""
    asked = ListAddress.of(request.args, columns)
    view = view_of(services.views, asked.view)
    if view is None:
        return replace(asked, view="")
    if not _OF_A_LIST.isdisjoint(request.args):
        return replace(asked, columns=view.columns or columns)
    return ListAddress.of(MultiDict([*request.args.items(multi=True), *pairs_of(view)]), view.columns or columns)


def _shown(services: Services, asked: ListAddress, lacking: str | None = None) -> Any:
    """The page of a list; `lacking` says what the form of a filter has yet to be told."""
    (attributes, _), _ = services.catalogue.attributes()
    names = in_order(one["name"] for one in attributes)
    document: dict[str, Any] = {"contacts": [], "total": None, "next_cursor": None}
    fault, position = None, None
    try:
        is_hurried = request.args.get("total") != "wait"
        document, position = _page(services, asked, ROWS, asked.cursor, is_hurried=is_hurried)
    except BadCursor:
        return redirect(asked.address(cursor=None), 303)
    except BadMoment as bad:
        fault = f"This moment is not possible: {bad}."
    except BadSort as bad:
        fault = f"This order is not possible: {bad}."
    except (BadCondition, ValueError) as bad:
        fault = f"This filter is not possible: {bad}."
    types = {one["name"]: one["type"] for one in attributes}
    view = view_of(services.views, asked.view)
    return render_template(
        "contacts/page.html",
        asked=asked,
        chips=chips(asked, file_names(services)),
        columns=asked.columns,
        choices=[*_ALWAYS[:2], *names, *_ALWAYS[2:]],
        overview=None if asked.as_of else drawn(services.overviews.of_last(DAYS)),
        members=[(name, title_of(name)) for name in (TAGS, *RECORDED, IMPORT)],
        fields=[*IDENTITIES, *names],
        panel=_panel(services, asked.filtering, types, lacking) if asked.filtering else None,
        contacts=document["contacts"],
        can_tick=position is None and not {"import", "export", "erase"}.isdisjoint(g.session.scopes),
        is_page_ticked=request.args.get("ticked") == "page",
        total=document["total"],
        following=document["next_cursor"],
        previous=document.get("previous_cursor"),
        refolding=document.get("refolding"),
        notes=document.get("notes", ()),
        position=position,
        yesterday=services.days.today() - timedelta(days=1),
        zone=services.days.name(),
        fault=fault,
        found_by=_found_by(services, asked.q) if asked.q and not document["contacts"] else None,
        view=view,
        is_view_changed=view is not None and sorted(_saved(asked)) != sorted(pairs_of(view)),
    )


def _page(
    services: Services, asked: ListAddress, rows: int, cursor: str | None, *, is_hurried: bool
) -> tuple[dict[str, Any], int | None]:
    """A page of the list, and the position that it is as of where that is not now. Raises as `Lists.page` does, and
    BadMoment.
    """
    selection = Selection(asked.where, asked.tags, asked.q or None)
    past, position = _past(services, asked.as_of) if asked.as_of else (None, None)
    document = services.lists.page(selection, asked.sort, rows, cursor, past=past, is_hurried=is_hurried)
    if document["total"] is None and cursor is None and not document["contacts"] and "refolding" not in document:
        document["total"] = 0
    return document, position


def _found_by(services: Services, text: str) -> tuple[str, bool] | None:
    """The id of the contact that a phone or user id finds beside its own, since another was merged into it, or had it
    last; and whether nobody has it now.
    """
    with services.readers.log() as log:
        try:
            found = as_written(log, text.strip())
        except (Unknown, Ambiguous):
            return None
        return id_of(log, found), found.is_released


def _saved(asked: ListAddress) -> list[tuple[str, str]]:
    """What of an address a view keeps."""
    return [pair for pair in replace(asked, view="", as_of="").pairs if pair != ("q", "")]


def _panel(services: Services, field: str, types: Mapping[str, str], lacking: str | None) -> dict[str, Any]:
    """What the form of a filter on a field offers."""
    type = _type_of(field, types)
    known: list[tuple[str, int]] = []
    files: list[dict[str, Any]] = []
    if type == IMPORT and "import" in g.session.scopes:  # who may not see the imports names one by its id
        with services.imports() as imports:
            files = imports.results.page(_MOST_FILES, None)
    elif type in (TAGS, "string", "list"):
        found = services.values.of(field, "", _MOST_VALUES)
        known = [(str(one["value"]), one["count"]) for one in found["values"] if one["value"] != ""]
    return {
        "field": field,
        "title": title_of(field),
        "type": type,
        "ways": ways_of(field, type),
        "how": request.args.get("how"),
        "typed": [one for one in request.args.getlist("value") if one],
        "known": known,
        "files": files,
        "zone": services.days.name(),
        "lacking": lacking,
    }


def _type_of(field: str, types: Mapping[str, str]) -> str:
    """Which of CHOICES a field has; that of a text for one that nobody has."""
    if field in RECORDED:
        return "recorded"
    return field if field in (TAGS, IMPORT) else types.get(field, "string")


def _choosing(pages: Blueprint, services: Services, preferences: Preferences) -> None:
    @pages.get("/contacts/filter")
    @needs("read")
    def add_filter() -> Any:
        """A filter's form leads here, and on to the list with it, so that one address stands for one list."""
        asked = ListAddress.of(request.args, shown_columns(preferences))
        (attributes, _), _ = services.catalogue.attributes()
        field = asked.filtering
        type = _type_of(field, {one["name"]: one["type"] for one in attributes})
        how = request.args.get("how", "")
        if not field or how not in CHOICES[type]:
            return redirect(asked.address(cursor=None), 303)
        values = tuple(one.strip() for one in request.args.getlist("value") if one.strip())
        to, days = (request.args.get(name, "").strip() for name in ("to", "days"))
        try:
            condition = Chosen(field, type, how, values, to, days).condition()
        except NotChosen as bad:
            return _shown(services, asked, f"{bad}.")
        return redirect(asked.with_condition(condition).address(cursor=None), 303)

    @pages.get("/contacts/ticked")
    @needs("read")
    def ticked() -> Any:
        """The ticked rows of a list lead here, and on to what is to be done with just these contacts."""
        asked = ListAddress.of(request.args, ())
        ids = list(dict.fromkeys(request.args.getlist("contact")))
        if not ids:
            tell("No row is ticked: tick those that you mean, or all on the page.", kind="fault")
            return redirect(asked.address(cursor=asked.cursor), 303)
        where = f"{CONTACT}=" + (ids[0] if len(ids) == 1 else f"in:{','.join(ids)}")
        place = _TICKED.get(request.args.get("do", ""), "/edits/new")
        return redirect(f"{place}?{urlencode({'where': where})}", 303)

    @pages.post("/contacts/columns")
    @needs("read")
    def choose_columns() -> Any:
        chosen = [name for name in request.form.getlist("column") if name][:_MOST_COLUMNS]
        preferences.put(g.session.name, "columns", chosen or None if "reset" not in request.form else None)
        asked = ListAddress.of(request.args, COLUMNS)
        return redirect(asked.address(cursor=None), 303)


_TICKED = {"download": "/exports/new", "erase": "/erasures/new"}
"""Where those who are ticked are sent on to."""


def _past(services: Services, as_of: str) -> tuple[StoredState, int]:
    """The state as of then, and the position that this is. Raises BadMoment."""
    with services.readers.log() as log:
        position = position_of(log, end_of_day(services.days, as_of))
        assert position is not None
        return services.past.at(log, position), position


def shown_columns(preferences: Preferences) -> tuple[str, ...]:
    """The columns of the list that the person at hand has chosen."""
    chosen = preferences.get(g.session.name, "columns")
    return tuple(chosen) if chosen else COLUMNS
