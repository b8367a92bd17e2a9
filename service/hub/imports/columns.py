"""The step Match columns: what stands beside each column, what the form says, and which fault is whose."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import phonenumbers

from service.imports.columns.attributes import PHONE_NUMBER, TAGS, TITLES, fold
from service.imports.columns.column_choice import ColumnChoice
from service.imports.columns.column_map import REJECTED
from service.imports.columns.date_formats import has_time

TYPES = {"string": "Text", "number": "Number", "boolean": "Yes or no", "datetime": "Date", "list": "List (a;b;c)"}
"""What a field can hold, in words."""

NEW = "new"
LEFT_OUT = ""
_OWN = "="
"""Begins what stands for a field that there is, so that no field's name can be taken for another choice."""

_MEANS_NOTHING = frozenset({"na", "n/a", "#n/a", "-", "--", "null", "none", "nil"})
_YES_OR_NO = frozenset({"yes", "no", "y", "n", "true", "false", "1", "0"})
"""What people write for consent, besides TRUE and FALSE."""

_says_consent = re.compile(r"whats ?app|\bwa\b|\bopt|consent", re.IGNORECASE).search

_says_code = re.compile(r"\b(?:code|isd|dial)", re.IGNORECASE).search

_MOST_OFFERED = 8_000
"""Fields offered in all: of a file with very many columns, each is offered the likely ones alone."""


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of the file on the page."""

    place: int
    header: str
    samples: tuple[str, ...]
    """Up to three of its first values."""
    values: int
    """How many of the first 1,000 rows have one."""
    misfits: int
    """How many of these are not of the type."""
    becomes: str
    """What is chosen in its list."""
    name: str
    """That of a new field."""
    type: str
    reason: str
    formats: tuple[str, ...]
    """Those by which its values are dates, but for `format_misfits`."""
    format_misfits: int
    first_misfit: str
    """The first value that is no such date."""
    format: str
    """The chosen one."""
    offered: tuple[tuple[str, str], ...]
    """Pairs of a choice and its words."""
    dated: frozenset[str] = frozenset()
    """Those choices that are fields of dates."""
    is_said: bool = False
    """Somebody has chosen already."""
    faults: tuple[str, ...] = ()

    @property
    def must_say_format(self) -> bool:
        """Whether day and month cannot be told apart, or not all are dates, and somebody has to say what holds."""
        is_open = len(self.formats) > 1 or (self.format_misfits > 0 and not self.is_said)
        return is_open and self.becomes != LEFT_OUT

    @property
    def may_be_consent(self) -> bool:
        """Whether it seems to say who wants WhatsApp messages, and would become a field of its own (R16)."""
        is_yes_or_no = self.type == "boolean" or _are_all(self.samples, lambda text: text.casefold() in _YES_OR_NO)
        return self.becomes == NEW and is_yes_or_no and _says_consent(self.header.replace("_", " ")) is not None

    @property
    def may_be_country_code(self) -> bool:
        """Whether it seems to have the country codes of the numbers, and would become a field of its own (R10)."""
        is_named_so = self.becomes == NEW and _says_code(self.header.replace("_", " ")) is not None
        return is_named_so and _are_all(self.samples, _is_country_code)

    @property
    def is_phone(self) -> bool:
        """Whether it is the phone number."""
        return self.becomes == f"{_OWN}{PHONE_NUMBER}"

    @property
    def needs_somebody(self) -> bool:
        """Whether it stands first, for somebody to look at."""
        return bool(self.faults) or self.must_say_format or self.may_be_consent or self.may_be_country_code


def _are_all(samples: Sequence[str], are_so: Callable[[str], bool]) -> bool:
    return bool(samples) and all(are_so(text.strip()) for text in samples)


def _is_country_code(text: str) -> bool:
    digits = text.removeprefix("+")
    return digits.isdecimal() and len(digits) <= 3 and int(digits) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE


def views(
    status: Mapping[str, Any],
    known: Mapping[str, str],
    zone: str,
    typed: Mapping[str, str] | None,
    faults: Sequence[str],
) -> list[ColumnView]:
    """The columns of an import, those that need somebody first. `known`: attributes that there are, and their types.

    `typed` is the form as it was sent, where something of it was refused. `zone` is put behind formats with a time.
    """
    preview = status["preview"]
    proposed, mapping = preview["proposal"]["columns"], status["mapping"]
    is_short = len(proposed) * (len(known) + len(TITLES)) <= _MOST_OFFERED
    found = []
    for place, one in enumerate(proposed):
        if not one["column"] or one["column"].startswith(REJECTED):
            continue
        offered = tuple(name for name in sorted(known) if is_short or fold(name) == fold(one["column"]))
        view = _proposed(place, one, preview["rows"], known, offered, zone)
        view = replace(view, dated=frozenset(f"{_OWN}{name}" for name, type in known.items() if type == "datetime"))
        if mapping is not None and place < len(mapping):
            view = _as_mapped(view, mapping[place], known)
        if typed is not None:
            view = _as_typed(view, typed)
        found.append(replace(view, faults=tuple(fault for fault in faults if repr(view.header[:60]) in fault)))
    return sorted(found, key=lambda view: (not view.needs_somebody, view.place))


def words_for_nothing(status: Mapping[str, Any]) -> dict[str, list[str]]:
    """Texts in the first rows that people write for an empty cell, each with the columns in which it stands."""
    found: dict[str, list[str]] = {}
    header = status["preview"]["header"]
    for row in status["preview"]["rows"]:
        for column, cell in zip(header, row["cells"], strict=False):
            text = cell.strip()
            if text.casefold() in _MEANS_NOTHING and column not in found.setdefault(text, []):
                found[text].append(column)
    return found


def wanted(form: Mapping[str, str], status: Mapping[str, Any], known: Mapping[str, str]) -> list[ColumnChoice]:
    """What the form says of each column. `known`: attributes that there are, and their types."""
    choices = []
    for place, one in enumerate(status["preview"]["proposal"]["columns"]):
        becomes = form.get(f"becomes{place}")
        if becomes is None or not one["column"]:
            continue
        if becomes == LEFT_OUT:
            choices.append(ColumnChoice(one["column"], None, None))
            continue
        is_new = becomes == NEW
        attribute = (form.get(f"name{place}", "").strip() or one["column"]) if is_new else becomes.removeprefix(_OWN)
        if attribute in TITLES or attribute == TAGS:
            choices.append(ColumnChoice(one["column"], attribute, None))
            continue
        type = form.get(f"type{place}") or None
        form_at = form.get(f"format{place}", "").strip() or None
        if form_at is None and (type if is_new else known.get(attribute)) == "datetime":
            form_at = form.get(f"written{place}", "").strip() or None
        if form_at is not None:
            choices.append(ColumnChoice(one["column"], attribute, "datetime", form_at))
        else:
            choices.append(ColumnChoice(one["column"], attribute, type if type in TYPES else None))
    return choices


def _proposed(
    place: int,
    one: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    known: Mapping[str, str],
    offered: Sequence[str],
    zone: str,
) -> ColumnView:
    attribute, is_new = one["attribute"], one["reason"] == "new"
    cells = (row["cells"][place].strip() for row in rows if place < len(row["cells"]))
    samples = tuple(dict.fromkeys(filter(None, cells)))[:3]
    misfits = 0 if one["fits"] is None else round((1 - one["fits"]) * one["values"])
    formats = tuple(_zoned(form, zone) for form in one["formats"])
    becomes = LEFT_OUT if attribute is None else NEW if is_new else f"{_OWN}{attribute}"
    pairs = [(f"{_OWN}{name}", title) for name, title in TITLES.items()]
    pairs += [(f"{_OWN}{TAGS}", "Tags of the row")] if TAGS not in known else []
    pairs += [(f"{_OWN}{name}", name) for name in offered]
    if attribute is not None and not is_new and becomes not in dict(pairs):
        pairs.append((becomes, attribute))
    return ColumnView(
        place,
        one["column"],
        samples,
        one["values"],
        misfits,
        becomes,
        attribute if is_new else one["column"],
        one["type"],
        one["reason"],
        formats,
        one.get("format_misfits", 0),
        one.get("first_misfit") or "",
        formats[0] if len(formats) == 1 and not one.get("format_misfits") else "",
        tuple(pairs),
    )


def _as_mapped(view: ColumnView, mapped: Mapping[str, Any], known: Mapping[str, str]) -> ColumnView:
    attribute = mapped["attribute"]
    view = replace(view, is_said=True)
    if attribute is None:
        return replace(view, becomes=LEFT_OUT)
    chosen = f"{_OWN}{attribute}"
    if attribute in TITLES or attribute in known or (mapped["type"] == "list" and attribute == TAGS):
        offered = view.offered if chosen in dict(view.offered) else (*view.offered, (chosen, attribute))
        return replace(view, becomes=chosen, type=mapped["type"], format=mapped["format"] or "", offered=offered)
    return replace(view, becomes=NEW, name=attribute, type=mapped["type"], format=mapped["format"] or "")


def _as_typed(view: ColumnView, typed: Mapping[str, str]) -> ColumnView:
    def said(name: str, before: str) -> str:
        return typed.get(f"{name}{view.place}", before)

    return replace(
        view,
        becomes=said("becomes", view.becomes),
        name=said("name", view.name),
        type=said("type", view.type),
        format=said("format", "") or said("written", view.format),
    )


def _zoned(form: str, zone: str) -> str:
    return f"{form} {zone}" if has_time(form) and not form.endswith("Z") else form
