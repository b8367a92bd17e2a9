"""What a person chose for an import, and the hash that knows the same file with the same choices again (R23)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from ledger.events import tags as rules
from ledger.events.identity import Match, Mode
from ledger.events.tags import MOST_TAGS
from ledger.events.traits import WHATSAPP_OPTED, clean_name, consent
from service.imports.table.refusal import FileRefused

Blank = Literal["keep", "clear"]
MODES: tuple[str, ...] = get_args(Mode)
BLANKS: tuple[str, ...] = get_args(Blank)
MATCHES: tuple[str, ...] = get_args(Match)
MOST_NULL_VALUES = 50
MOST_NULL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """Tags, mapping and options as they were given; `None` and empty mean "not given"."""

    tags: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    """Texts `Column=attribute[:type]`."""
    ignore: tuple[str, ...] = ()
    """Names of columns."""
    country_code: str | None = None
    """Digits, for a file without a country column (R10)."""
    mode: Mode = "upsert"
    blank: Blank = "keep"
    relaxed_names: bool = False
    clean_phones: bool = False
    allow_opt_in: bool = False
    encoding: str | None = None
    """A text encoding's name."""
    delimiter: str | None = None
    """One of `, ; tab |`."""
    match: Match = "phone"
    """By what a row's contact is found (R17)."""
    null_values: tuple[str, ...] = ()
    """Texts that count as blank cells."""
    fill: bool = False
    """Set only attributes that have no value yet (R18)."""
    sheet: str | None = None
    """One of a workbook (R24)."""
    edit: Mapping[str, Any] | None = None
    """Of a change of many contacts: the selection (`where`, `tag`, `q`, `match`), the `traits` that each of them gets,
    and the `reason`."""

    @property
    def edited(self) -> dict[str, Any]:
        """The values that each contact of an edit gets, by the attributes' own names; {} where it is none.

        Consent is as it is read, however it was written, so that whoever asks what is changed sees a yes (R3, R16).
        """
        sent = {} if self.edit is None else self.edit["traits"]
        named = {clean_name(name): value for name, value in sent.items()}
        return named | {name: consent(value) for name, value in named.items() if name == WHATSAPP_OPTED}

    def to_json(self) -> dict[str, Any]:
        """The choices as JSON values; the order in which maps and ignored columns were given says nothing."""
        # what is as it was before there was this member says nothing: hashes from then still hold
        later: dict[str, Any] = {"delimiter": self.delimiter, "match": self.match, "fill": self.fill}
        later["null_values"] = sorted(self.null_values)
        said = {name: value for name, value in later.items() if value not in (None, "phone", False, [])}
        said |= {} if self.sheet is None else {"sheet": self.sheet}
        said |= {} if self.edit is None else {"edit": dict(self.edit)}
        return {
            "tags": list(self.tags),
            "maps": sorted(self.maps),
            "ignore": sorted(self.ignore),
            "country_code": self.country_code and self.country_code.removeprefix("+"),
            "mode": self.mode,
            "blank": self.blank,
            "relaxed_names": self.relaxed_names,
            "clean_phones": self.clean_phones,
            "allow_opt_in": self.allow_opt_in,
            "encoding": self.encoding,
            **said,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Choices":
        """The choices that `to_json` gave."""
        lists = {name: tuple(values.get(name, ())) for name in ("tags", "maps", "ignore", "null_values")}
        return cls(**{**values, **lists})


def import_hash(file_sha256: str, choices: Choices) -> str:
    """Lower-case hex SHA-256 over the file's own SHA-256 and the choices: the same import again has the same one.

    `choices.tags` are cleaned; their order and letter case say nothing (R5).
    """
    chosen = {**choices.to_json(), "tags": sorted(map(rules.fold, choices.tags))}
    said = json.dumps([file_sha256, chosen], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def clean_choices(choices: Choices) -> Choices:
    """The choices with tags and null values as they count. Raises FileRefused for what is none, or contradicts."""
    if choices.fill and choices.blank == "clear":
        raise FileRefused(
            "fill and blank=clear contradict each other: fill sets only what has no value, clear takes values away. "
            "Choose one of the two."
        )
    return replace(choices, tags=clean_tags(choices.tags), null_values=clean_null_values(choices.null_values))


def clean_null_values(given: Sequence[str]) -> tuple[str, ...]:
    """Each text once, without blanks around it, as cells are compared (R18). Raises FileRefused."""
    cleaned = tuple(dict.fromkeys(filter(None, (text.strip() for text in given))))
    if len(cleaned) > MOST_NULL_VALUES:
        raise FileRefused(f"{len(cleaned)} null values are given; {MOST_NULL_VALUES} are allowed.")
    for text in cleaned:
        if len(text) > MOST_NULL_CHARACTERS:
            raise FileRefused(f"The null value {text[:40]!r}… is over {MOST_NULL_CHARACTERS} characters long.")
    return cleaned


def clean_tags(given: Sequence[str]) -> tuple[str, ...]:
    """Each tag once, as it was first written (R5). Raises FileRefused for one that is none, and for too many."""
    cleaned: dict[str, str] = {}
    for tag in given:
        try:
            one = rules.clean(tag)
        except ValueError as fault:
            raise FileRefused(f"Tag {tag[:60]!r}: {fault}.") from fault
        cleaned.setdefault(rules.fold(one), one)
    if len(cleaned) > MOST_TAGS:
        raise FileRefused(f"{len(cleaned)} tags are chosen; a row can have {MOST_TAGS} at most.")
    return tuple(cleaned.values())


_SELECTION = frozenset({"where", "tag", "q", "match"})


def without_selection(edit: Mapping[str, Any]) -> dict[str, Any]:
    """What `Choices.edit` keeps, without by what the contacts were chosen."""
    return {name: value for name, value in edit.items() if name not in _SELECTION}
