"""The list of contacts (R25): search, filters, columns, sort, pages, as of a day. The address is the state."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from projections.conditions.condition import IDENTITIES, BadCondition
from projections.state.port import StoredState
from service.http.services import Services
from service.hub.contacts.address import ListAddress, chips
from service.hub.frame.access import needs
from service.hub.frame.preferences import Preferences
from service.hub.frame.words import OPERATORS
from service.queries.as_of import BadMoment, position_of
from service.queries.attribute_names import MEMBERS, written
from service.queries.list import BadCursor
from service.queries.selection import Selection

COLUMNS = ("name", "phone", "city", "tags", "modified")
"""What the list shows before anybody chose."""

_ALWAYS = ("phone", "user_id", "tags", "modified", "created")
_MOST_COLUMNS = 12
_ROWS = 50


def contacts_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The list's pages."""
    pages = Blueprint("contacts", __name__)
    _list(pages, services, preferences)
    _choosing(pages, preferences)
    return pages


def _list(pages: Blueprint, services: Services, preferences: Preferences) -> None:
    @pages.get("/contacts")
    @needs("read")
    def contacts_page() -> Any:
        asked = ListAddress.of(request.args, _columns(preferences))
        (attributes, _), _ = services.catalogue.attributes()
        (tags, _), _ = services.catalogue.tags()
        names = [one["name"] for one in attributes]
        document: dict[str, Any] = {"contacts": [], "total": None, "next_cursor": None}
        fault, past, position = asked.fault, None, None
        try:
            selection = Selection(asked.where, asked.tags, asked.q or None)
            if asked.as_of:
                past, position = _past(services, asked.as_of)
            document = services.lists.page(selection, asked.sort, _ROWS, asked.cursor, past=past)
        except BadCursor:
            return redirect(asked.address(cursor=None), 303)
        except BadMoment as bad:
            fault = f"This moment is not possible: {bad}."
        except (BadCondition, ValueError) as bad:
            fault = f"This filter is not possible: {bad}."
        return render_template(
            "contacts/page.html",
            asked=asked,
            chips=chips(asked),
            columns=asked.columns,
            choices=[*_ALWAYS[:2], *names, *_ALWAYS[2:]],
            fields=["phone", "user_id", *names],
            tags=tags,
            operators=OPERATORS,
            contacts=document["contacts"],
            total=document["total"],
            following=document["next_cursor"],
            refolding=document.get("refolding"),
            notes=document.get("notes", ()),
            position=position,
            fault=fault,
        )


def _choosing(pages: Blueprint, preferences: Preferences) -> None:
    @pages.get("/contacts/filter")
    @needs("read")
    def add_filter() -> Any:
        """A filter's form leads here, and on to the list with it, so that one address stands for one list."""
        asked = ListAddress.of(request.args, _columns(preferences))
        field, op, value = (request.args.get(name, "") for name in ("field", "op", "value"))
        tag = request.args.get("add_tag", "").strip()
        if tag:
            asked = asked.with_tag(tag)
        elif field and op in OPERATORS:
            name = field if field in IDENTITIES else written(field, MEMBERS)
            asked = asked.with_condition(f"{name}{op}{value}")
        return redirect(asked.address(cursor=None), 303)

    @pages.post("/contacts/columns")
    @needs("read")
    def choose_columns() -> Any:
        chosen = [name for name in request.form.getlist("column") if name][:_MOST_COLUMNS]
        preferences.put(g.session.name, "columns", chosen or None if "reset" not in request.form else None)
        asked = ListAddress.of(request.args, COLUMNS)
        return redirect(asked.address(cursor=None), 303)


def _past(services: Services, as_of: str) -> tuple[StoredState, int]:
    """The state as of then, and the position that this is. Raises BadMoment."""
    with services.readers.log() as log:
        position = position_of(log, as_of)
        assert position is not None
        return services.past.at(log, position), position


def _columns(preferences: Preferences) -> tuple[str, ...]:
    chosen = preferences.get(g.session.name, "columns")
    return tuple(chosen) if chosen else COLUMNS
