"""Which column is which attribute, of which type (R10, R13, R19)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ledger.events.phone import PhoneFault, normalise
from ledger.events.traits import clean_name
from service.imports.columns.attributes import (
    COUNTRY_CODE,
    FIRST_NAME,
    IDENTITY,
    LAST_NAME,
    NAME,
    NAMES,
    PHONE_NUMBER,
    TAGS,
    TITLES,
    TYPES,
    default_attribute,
    default_type,
    fold,
    found_by_title,
    less_sure,
    says_tags,
)
from service.imports.columns.choices import Choices
from service.imports.columns.column_map import OURS, Column, ColumnMap
from service.imports.columns.date_formats import FormatWrong, date_format
from service.imports.columns.headers import holds_values, title_of, told_apart
from service.imports.columns.phone_candidates import no_phone
from service.imports.table.formula_guard import unguard
from service.imports.table.refusal import MappingRefused

Sample = Callable[[], Sequence[Sequence[str]]]

MOST_ATTRIBUTES = 100
"""Of one row, as of any message."""

_NO_HEADER = (
    "The file has no header row: its first row holds values and not the names of columns. "
    "Put a row above it that names each column, such as Name, Country Code, Phone Number."
)


def map_columns(
    header: Sequence[str], choices: Choices, known: Mapping[str, str], sample: Sample = lambda: ()
) -> ColumnMap:
    """Map a header as chosen, else by name (R19). `known` has the existing custom attributes and their types.

    `sample` gives some rows, by which a fault can name what may be the phone number. Raises MappingRefused with every
    fault at once.
    """
    columns, faults = map_by_name(header, choices, known, sample)
    if faults:
        raise MappingRefused(faults)
    return columns


def map_by_name(
    header: Sequence[str], choices: Choices, known: Mapping[str, str], sample: Sample = lambda: ()
) -> tuple[ColumnMap, tuple[str, ...]]:
    """The same mapping with every fault it has, each a sentence."""
    titles = list(map(title_of, header))
    is_guarded = any(title.startswith(OURS) for title in titles)
    if not is_guarded and holds_values(titles):  # a file of ours names an attribute that looks like an address
        return ColumnMap(tuple(Column(title, None) for title in titles)), (_NO_HEADER,)
    if is_guarded:
        titles = [unguard(title) for title in titles]
    faults: list[str] = []
    names = told_apart(titles)
    chosen = _chosen(names, choices, known, faults)
    columns = tuple(_every(titles, names, chosen, known, faults))
    _check_whole(columns, faults)
    if all(column.attribute != PHONE_NUMBER for column in columns):
        headers, sure = [column.header for column in columns], [column.attribute in TITLES for column in columns]
        faults.append(no_phone(headers, sure, sample()))
    _check_country_code(choices.country_code, faults)
    return ColumnMap(columns, is_guarded), tuple(faults)


def _every(
    titles: Sequence[str],
    names: Sequence[str],
    chosen: Mapping[int, Column],
    known: Mapping[str, str],
    faults: list[str],
) -> Iterator[Column]:
    """The columns as chosen, else by their titles, else by what these most likely mean.

    Columns of one title mean the same, so that somebody has to say which of them counts.
    """
    free = {place: title for place, title in enumerate(titles) if place not in chosen}
    sure = found_by_title(free)
    taken = {column.attribute for column in chosen.values() if column.attribute is not None} | set(sure.values())
    left = [title if place in free and place not in sure else "" for place, title in enumerate(titles)]
    meant = sure | less_sure(left, taken)
    exact = set(free.values())
    near = {name: type for name, type in known.items() if name not in exact}  # the others have their own columns
    for place, title in enumerate(titles):
        existing = known if title in known else near
        yield chosen[place] if place in chosen else _by_name(title, names[place], meant.get(place), existing, faults)


def _by_name(title: str, name: str, default: str | None, known: Mapping[str, str], faults: list[str]) -> Column:
    if not title or title.startswith(OURS):
        return Column(name, None)
    if default is not None:
        return Column(name, default, default_type(default) or "string")
    if says_tags(title) and _existing(title, known) is None:
        return Column(name, TAGS, TAGS)
    attribute = _existing(title, known) or _cleaned(title, faults)
    return Column(name, attribute, _type_of(attribute, known))


def _existing(title: str, known: Mapping[str, str]) -> str | None:
    if title in known:
        return title
    return min((name for name in known if fold(name) == fold(title)), default=None)


def _type_of(name: str, known: Mapping[str, str]) -> str:
    found = known.get(name, "string")
    return found if found in TYPES else "string"


def _cleaned(name: str, faults: list[str]) -> str:
    try:
        return clean_name(name)
    except ValueError as fault:
        faults.append(f"Column {name[:60]!r}: {fault}.")
        return name


def _chosen(titles: Sequence[str], choices: Choices, known: Mapping[str, str], faults: list[str]) -> dict[int, Column]:
    chosen: dict[int, Column] = {}
    for title in choices.ignore:
        place = _place(title, titles)
        if place is None:
            faults.append(f"Column {title[:60]!r}: {_no_such_column(titles)}")
        else:
            chosen[place] = Column(titles[place], None)
    for text in choices.maps:
        _choose(text, titles, known, chosen, faults)
    return chosen


def _choose(
    text: str, titles: Sequence[str], known: Mapping[str, str], chosen: dict[int, Column], faults: list[str]
) -> None:
    place, target = _halves(text, titles)
    if not target:
        faults.append(f"Mapping {text!r}: write it as 'Column=attribute' or 'Column=attribute:type'.")
    elif place is None:
        faults.append(f"Column {text.partition('=')[0][:60]!r}: {_no_such_column(titles)}")
    elif place in chosen:
        faults.append(f"Column {titles[place]!r} is mapped or ignored twice.")
    else:
        chosen[place] = _as_target(titles[place], target, known, faults)


def _halves(text: str, titles: Sequence[str]) -> tuple[int | None, str]:
    """The column and the target: parted at the first `=` before which a column's name stands."""
    parts = text.split("=")
    for cut in range(1, len(parts)):
        place = _place("=".join(parts[:cut]), titles)
        if place is not None:
            return place, "=".join(parts[cut:]).strip()
    return None, parts[-1].strip() if len(parts) > 1 else ""


def _place(title: str, titles: Sequence[str]) -> int | None:
    """The column of that name: exactly, or the only one that differs by what does not count."""
    wanted = title_of(title)
    if wanted in titles:
        return titles.index(wanted)
    alike = [place for place, other in enumerate(titles) if other and fold(other) == fold(wanted)]
    return alike[0] if len(alike) == 1 else None


def _as_target(title: str, target: str, known: Mapping[str, str], faults: list[str]) -> Column:
    name, given, form = _parted(target, known)
    if given not in TYPES and name.rpartition(":")[2].strip().lower() in TYPES:
        faults.append(f"Column {title!r}: a format is behind the type datetime alone, such as DOB:datetime:DD/MM/YYYY.")
    elif given is not None and given not in TYPES:
        faults.append(f"Column {title!r}: {given[:40]!r} is no type; the types are {', '.join(TYPES)}.")
    if form is not None:
        try:
            date_format(form)
        except FormatWrong as wrong:
            faults.append(f"Column {title!r}: the format {wrong}.")
    if name.casefold() == TAGS and name not in known:
        if given not in (None, "list"):
            faults.append(f"Column {title!r}: tags have no type.")
        return Column(title, TAGS, TAGS)
    default = default_attribute(name)
    if default is None:
        name = _existing(name, known) or _cleaned(name, faults)
        return Column(title, name, given or _type_of(name, known), form)
    fixed = default_type(default) or "string"
    if given in TYPES and given != fixed:
        faults.append(f"Column {title!r}: {TITLES[default]} is always of type {fixed}.")
    return Column(title, default, fixed)


_DATED = re.compile(r"(?P<name>.*):\s*datetime\s*:(?P<form>.+)", re.IGNORECASE | re.DOTALL)


def _parted(target: str, known: Mapping[str, str]) -> tuple[str, str | None, str | None]:
    """Attribute, type and date format of a target; None where they are not given."""
    if target in known:
        return target, None, None
    if (dated := _DATED.fullmatch(target)) is not None:
        return dated["name"].strip(), "datetime", dated["form"].strip()
    name, colon, type_name = target.rpartition(":")
    return (name.strip(), type_name.strip().lower(), None) if colon else (target.strip(), None, None)


def _no_such_column(titles: Iterable[str]) -> str:
    return f"no such column; the file has {', '.join(repr(title[:60]) for title in titles if title) or 'none'}."


def _check_whole(columns: Sequence[Column], faults: list[str]) -> None:
    used = [column for column in columns if column.attribute is not None]
    single = [column for column in used if not column.is_tags]
    by_target: dict[str, list[str]] = {}
    for column in single:
        by_target.setdefault(column.attribute or "", []).append(column.header)
    doubled = [title for title, times in Counter(column.header for column in used).items() if times > 1]
    faults += [f"Two columns are called {title[:60]!r}; rename one of them." for title in doubled]
    for target, titles in by_target.items():
        if len(set(titles)) > 1:
            named = " and ".join(repr(title[:60]) for title in titles)
            faults.append(f"The columns {named} are all {TITLES.get(target, target)}; map or ignore all but one.")
    targets = set(by_target)
    if NAME in targets and targets & {FIRST_NAME, LAST_NAME}:
        faults.append("The file has Name and also First Name or Last Name; ignore the one or the others.")
    traits = (targets - {*IDENTITY}) | ({NAME} if targets.intersection(NAMES) else set())
    if len(traits) > MOST_ATTRIBUTES:
        faults.append(
            f"{len(traits)} columns would be attributes, and a contact's row has at most {MOST_ATTRIBUTES}; "
            "take out or ignore the others."
        )


def _check_country_code(country_code: str | None, faults: list[str]) -> None:
    if country_code is None:
        return
    try:
        normalise(country_code, "")
    except PhoneFault as fault:
        if fault.field == COUNTRY_CODE:
            faults.append(f"Country code {country_code[:20]!r}: {fault.message}.")
