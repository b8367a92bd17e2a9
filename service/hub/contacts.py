"""The list of contacts (R25): search, filters, columns, sort, pages, as of a day. The address is the state."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from projections.conditions.condition import IDENTITIES, BadCondition
from projections.lists import catalogue
from projections.lists.candidates import needed
from projections.state.sqlite.indexes import KINDS, SPELLINGS
from projections.state.sqlite.predicates import Wanted
from projections.state.sqlite.reader import StateReader
from service.http.services import Services
from service.hub.access import needs
from service.hub.list_address import ListAddress, chips
from service.hub.preferences import Preferences
from service.hub.words import OPERATORS
from service.queries.as_of import BadMoment, position_of
from service.queries.attribute_names import MEMBERS, written
from service.queries.indexing import Indexing
from service.queries.kept import KeptAnswer
from service.queries.list import BadCursor, list_page
from service.queries.selection import Selection
from service.queries.totals import Totals

COLUMNS = ("name", "phone", "city", "tags", "modified")
"""What the list shows before anybody chose."""

_ALWAYS = ("phone", "user_id", "tags", "modified", "created")
_MOST_COLUMNS = 12
_ROWS = 50


class ContactLists:
    """The lists of contacts that the pages show, and what their filters can be about. Safe for threads."""

    def __init__(self, services: Services) -> None:
        self._readers = services.readers
        self._past = services.past
        self._once = services.named_once
        self._totals, self._indexing = Totals(), Indexing(services.readers.states)
        self._attributes = KeptAnswer(services.readers.states.current_path, catalogue.attributes)
        self._tags = KeptAnswer(services.readers.states.current_path, catalogue.tags)

    def attributes(self) -> list[str]:
        """The names of the attributes that anybody has."""
        with self._indexing.watching(lambda: {KINDS}):
            found, _ = self._attributes()
        return [one["name"] for one in found]

    def tags(self) -> list[dict[str, Any]]:
        """The tags that anybody has, with how many contacts."""
        with self._indexing.watching(lambda: {SPELLINGS}):
            found, _ = self._tags()
        return found

    def page(self, asked: ListAddress) -> tuple[dict[str, Any], int | None]:
        """The page that an address asks for, as `list_page` gives it, and the position that it is as of.

        Raises BadCursor, BadMoment, BadCondition, ValueError.
        """
        position, path, chosen = None, self._readers.states.current_path(), Wanted()
        if asked.as_of:
            with self._readers.log() as log:
                position = position_of(log, asked.as_of)
                assert position is not None
                path = self._past.at(log, position)

        def total(state: StateReader, wanted: Wanted) -> int:
            nonlocal chosen
            chosen = wanted
            return self._totals.of(path, state, wanted)

        selection = Selection(asked.where, asked.tags, asked.q or None)
        with self._indexing.watching(lambda: needed(chosen) if position is None else set()):
            page = list_page(path, self._readers.log, selection, asked.sort, _ROWS, asked.cursor, self._once, total)
        return page, position


def contacts_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The list's pages."""
    pages, lists = Blueprint("contacts", __name__), ContactLists(services)

    @pages.get("/contacts")
    @needs("read")
    def contacts_page() -> Any:
        asked = ListAddress.of(request.args, _columns(preferences))
        page: dict[str, Any] = {"contacts": [], "total": None, "next_cursor": None}
        fault, position = asked.fault, None
        try:
            page, position = lists.page(asked)
        except BadCursor:
            return redirect(asked.address(cursor=None), 303)
        except BadMoment as bad:
            fault = f"This moment is not possible: {bad}."
        except (BadCondition, ValueError) as bad:
            fault = f"This filter is not possible: {bad}."
        names = lists.attributes()
        return render_template(
            "contacts.html",
            asked=asked,
            chips=chips(asked),
            columns=asked.columns,
            choices=[*_ALWAYS[:2], *names, *_ALWAYS[2:]],
            fields=["phone", "user_id", *names],
            tags=lists.tags(),
            operators=OPERATORS,
            contacts=page["contacts"],
            total=page["total"],
            following=page["next_cursor"],
            refolding=page.get("refolding"),
            notes=page.get("notes", ()),
            position=position,
            fault=fault,
        )

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

    return pages


def _columns(preferences: Preferences) -> tuple[str, ...]:
    chosen = preferences.get(g.session.name, "columns")
    return tuple(chosen) if chosen else COLUMNS
