"""The list of contacts (R25): search, filters, columns, sort, pages, as of a day. The address is the state."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request

from ledger.events.traits import DEFAULT_TYPES
from projections.conditions.condition import IDENTITIES, BadCondition, parse_condition
from projections.lists import catalogue
from projections.lists.candidates import needed
from projections.lists.pages import SORTS, Sort
from projections.state.sqlite.indexes import KINDS, SPELLINGS
from projections.state.sqlite.predicates import Wanted
from projections.state.sqlite.reader import StateReader
from service.http.services import Services
from service.hub.access import needs
from service.hub.preferences import Preferences
from service.hub.words import OPERATORS, title, visible
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


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as the page shows it, and the address of the list without it."""

    text: str
    without: str


def contacts_pages(services: Services, preferences: Preferences) -> Blueprint:
    """The list's pages."""
    pages = Blueprint("contacts", __name__)
    readers, once = services.readers, services.named_once
    totals, indexing = Totals(), Indexing(readers.states)
    kept_attributes = KeptAnswer(readers.states.current_path, catalogue.attributes)
    kept_tags = KeptAnswer(readers.states.current_path, catalogue.tags)

    def attributes() -> list[dict[str, Any]]:
        with indexing.watching(lambda: {KINDS}):
            found, _ = kept_attributes()
        return found

    def tags() -> list[dict[str, Any]]:
        with indexing.watching(lambda: {SPELLINGS}):
            found, _ = kept_tags()
        return found

    @pages.get("/contacts")
    @needs("read")
    def contacts_page() -> Any:
        asked = ListAddress.of(request.args, _columns(preferences))
        names = [one["name"] for one in attributes()]
        document: dict[str, Any] = {"contacts": [], "total": None, "next_cursor": None}
        fault, position, path = asked.fault, None, readers.states.current_path()
        try:
            selection, chosen = Selection(asked.where, asked.tags, asked.q or None), Wanted()
            if asked.as_of:
                with readers.log() as log:
                    position = position_of(log, asked.as_of)
                    assert position is not None
                    path = services.past.at(log, position)

            def total(state: StateReader, wanted: Wanted) -> int:
                nonlocal chosen
                chosen = wanted
                return totals.of(path, state, wanted)

            with indexing.watching(lambda: needed(chosen) if position is None else set()):
                document = list_page(path, readers.log, selection, asked.sort, _ROWS, asked.cursor, once, total)
        except BadCursor:
            return redirect(asked.address(cursor=None), 303)
        except BadMoment as bad:
            fault = f"This moment is not possible: {bad}."
        except (BadCondition, ValueError) as bad:
            fault = f"This filter is not possible: {bad}."
        return render_template(
            "contacts.html",
            asked=asked,
            chips=_chips(asked),
            columns=asked.columns,
            choices=[*_ALWAYS[:2], *names, *_ALWAYS[2:]],
            fields=["phone", "user_id", *names],
            tags=tags(),
            operators=OPERATORS,
            contacts=document["contacts"],
            total=document["total"],
            following=document["next_cursor"],
            refolding=document.get("refolding"),
            notes=document.get("notes", ()),
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


@dataclass(frozen=True, slots=True)
class ListAddress:
    """What an address of the list asks for. `fault` is a sentence where something in it is not possible."""

    q: str
    where: tuple[str, ...]
    tags: tuple[str, ...]
    sort: Sort
    cursor: str | None
    as_of: str
    columns: tuple[str, ...]
    fault: str | None = None

    @classmethod
    def of(cls, arguments: Any, columns: tuple[str, ...]) -> "ListAddress":
        """Read an address; an unknown order is the usual one."""
        sort = arguments.get("sort", "-modified")
        return cls(
            q=arguments.get("q", "").strip(),
            where=tuple(filter(None, arguments.getlist("where"))),
            tags=tuple(filter(None, arguments.getlist("tag"))),
            sort=cast(Sort, sort if sort in SORTS else "-modified"),
            cursor=arguments.get("cursor") or None,
            as_of=arguments.get("as_of", "").strip(),
            columns=columns,
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address's query, without the place in the list."""
        found = [("q", self.q)] if self.q else []
        found += [("where", one) for one in self.where] + [("tag", one) for one in self.tags]
        if self.sort != "-modified":
            found.append(("sort", self.sort))
        if self.as_of:
            found.append(("as_of", self.as_of))
        return found

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for some contacts only."""
        return bool(self.q or self.where or self.tags)

    def address(self, *, cursor: str | None) -> str:
        """The list's address, at this place."""
        pairs = self.pairs + ([("cursor", cursor)] if cursor else [])
        return "/contacts" + (f"?{urlencode(pairs)}" if pairs else "")

    def with_condition(self, condition: str) -> "ListAddress":
        """The same list with one more condition."""
        return self._changed(where=tuple(dict.fromkeys((*self.where, condition))))

    def with_tag(self, tag: str) -> "ListAddress":
        """The same list with one more tag."""
        return self._changed(tags=tuple(dict.fromkeys((*self.tags, tag))))

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by a column: newest first, or the other way if it is that already."""
        down = f"-{column}"
        return self._changed(sort=column if self.sort == down else down).address(cursor=None)

    def _changed(self, **members: Any) -> "ListAddress":
        values = {name: getattr(self, name) for name in self.__slots__}
        return ListAddress(**{**values, "cursor": None, **members})

    def without(self, kind: str, text: str) -> str:
        """The address of the list without a filter."""
        left = tuple(one for one in getattr(self, kind) if one != text)
        return self._changed(**{kind: left}).address(cursor=None)


def _chips(asked: ListAddress) -> list[Chip]:
    chips = [Chip(visible(_words(one)), asked.without("where", one)) for one in asked.where]
    chips += [Chip(f"has the tag {visible(one)}", asked.without("tags", one)) for one in asked.tags]
    if asked.q:
        chips.append(Chip(f"contains “{visible(asked.q)}”", asked._changed(q="").address(cursor=None)))
    return chips


def _words(text: str) -> str:
    try:
        condition = parse_condition(text)
    except BadCondition:
        return text
    shown = condition.value
    if DEFAULT_TYPES.get(condition.name) == "boolean":
        shown = {"true": "yes", "false": "no"}.get(shown.casefold(), shown)
    return f"{title(condition.name)} {OPERATORS[condition.op]} {shown}"
