"""What an export is asked for: which contacts, which columns, as of when, in which form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import msgspec

from ledger.events.traits import WHATSAPP_OPTED
from projections.conditions.condition import BadCondition, Condition, trait_of
from projections.conditions.wanted import Sort, Wanted
from projections.lists.refreshed import OpenLog
from projections.state.questions import AttributeTypes, StateReader
from service.queries.business_days import BusinessDays
from service.queries.filters.attribute_names import RECORDED, Names
from service.queries.filters.selection import Selection, wanted

Format = Literal["csv", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)

Member = Literal["phone", "user_id", "tags", "created_at", "modified_at"]
MEMBERS: tuple[Member, ...] = get_args(Member)
"""What every contact has besides attributes, by the names that columns go by."""

MOST_COLUMNS = 200

NAMES_IN_PIECES = ("first_name", "last_name")
_FIRST = ("name", *NAMES_IN_PIECES, "phone", "email", WHATSAPP_OPTED, "user_id", "area", "city")
"""Of all columns."""


class BadColumns(ValueError):
    """Columns that cannot be made; the message says of each what is wrong."""


class WantedExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An export as it was asked for.

    `columns` are attributes and MEMBERS, None: all that contacts have; JSON lines have all in any case. `as_of` is a
    position, None: as the contacts are when it is made. `is_opted_in_only`: without those who have not said TRUE for
    WhatsApp Opted.
    """

    selection: Selection = Selection()
    sort: Sort = "-modified"
    format: Format = "csv"
    columns: tuple[str, ...] | None = None
    as_of: int | None = None
    is_opted_in_only: bool = False


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column: one of MEMBERS, or with `is_trait` the attribute of that name."""

    name: str
    is_trait: bool


def contacts_wanted(
    asked: WantedExport, state: StateReader, log: OpenLog, once: Callable[[str], bool], days: BusinessDays
) -> tuple[Wanted, list[str]]:
    """Which contacts an export has, and notes, as `selection.wanted` gives and raises."""
    chosen, notes = wanted(asked.selection, state, log, once, days)
    return opted_in(chosen) if asked.is_opted_in_only else chosen, notes


def opted_in(chosen: Wanted) -> Wanted:
    """Those of a list who have said TRUE for WhatsApp Opted."""
    return replace(chosen, conditions=(*chosen.conditions, Condition(WHATSAPP_OPTED, "=", "true")))


def columns_wanted(
    names: Sequence[str] | None, types: AttributeTypes, once: Callable[[str], bool]
) -> list[ExportColumn]:
    """The columns that these names mean, each once; None: all members, default attributes and others, by name.

    Names are read as those of filters are (R34). Raises BadColumns with every fault at once.
    """
    if names is None:
        unused = {name for name in NAMES_IN_PIECES if not types.shares(name)}
        return _all_columns(set(map(trait_of, types.names())) - unused)
    if len(names) > MOST_COLUMNS:
        raise BadColumns(f"{len(names)} columns are asked for; {MOST_COLUMNS} are allowed")
    reading, faults, found = Names(types, once), [], []
    for name in names:
        try:
            meant, is_member = reading.meant(name)
        except BadCondition as fault:
            faults.append(str(fault))
        else:
            member = meant if is_member and (meant in MEMBERS or meant in RECORDED) else "phone"
            found.append(ExportColumn(member, False) if is_member else ExportColumn(trait_of(meant), True))
    if faults:
        raise BadColumns("; ".join(faults))
    return list(dict.fromkeys(found))


def _all_columns(used: set[str]) -> list[ExportColumn]:
    """All members and attributes, in the order of the template for imports; of names in pieces, those in use."""
    named = [name for name in _FIRST if name in MEMBERS or name in used]
    others = sorted(used.difference(named))
    return [
        *(ExportColumn(name, name not in MEMBERS) for name in named),
        *(ExportColumn(name, True) for name in others),
        *(ExportColumn(name, False) for name in MEMBERS if name not in named),
    ]
