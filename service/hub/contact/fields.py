"""A new field and a tag, as people type their names: one that is nearly there already is asked about (R2, R5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from ledger.events import tags as tag_rules
from ledger.events.traits import DEFAULT_TYPES, TraitType, clean_name, loose
from service.hub.contact.details import IDENTITIES, LOCKS
from service.hub.contact.inputs import KINDS, WORDS, Kind, NotMeant, Typed, meant
from service.hub.frame.words import TITLES, capital
from service.queries.filters.near_names import near_names

_NEAR = 0.85
"""From which likeness on a new tag is taken for a slip: vip and vips are alike."""

_TITLES = {loose(title): name for name, title in TITLES.items()} | {
    loose("WhatsApp Opted"): "whatsapp_opted",
    loose("Phone Number"): "phone",
    loose("Country Code"): "phone",
}


class NameMeant(Exception):
    """A name that differs from these only by case, spaces or `_`, or a tag that is spelled nearly like them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"did you mean {' or '.join(names)}?")
        self.names = names


@dataclass(frozen=True, slots=True)
class NewField:
    """A field as it is typed: `name`, `type` ("" for that of other contacts) and `value`.

    `is_sure`: the name is meant as it is, though another is nearly the same.
    """

    name: str
    type: str
    value: str
    is_sure: bool = False


def field_meant(new: NewField, known: Iterable[Mapping[str, Any]], zone: tzinfo | None) -> tuple[str, Any]:
    """A new field's name and value, of the type that was chosen, else of the one that other contacts have.

    `known` are the attributes that there are. Raises NotMeant, and NameMeant for a name that is nearly another's.
    """
    types: dict[str, TraitType] = {one["name"]: one["type"] for one in known}
    name = _name(new.name, types, is_sure=new.is_sure)
    kind: Kind = next((one for one in WORDS if one == new.type), KINDS[types.get(name, "string")])
    value = meant(Typed(kind, new.value.replace("\r\n", "\n")), zone)
    if value is None:
        raise NotMeant("The value is missing: a field is there once it has one")
    return name, value


def tag_meant(form: Mapping[str, str], known: Iterable[Mapping[str, Any]]) -> str:
    """The tag that was typed. Raises NotMeant, and NameMeant as `field_meant` does, until the form says `use`."""
    try:
        tag = tag_rules.clean(form.get("use") or form.get("tag", ""))
    except ValueError as fault:
        raise NotMeant(capital(str(fault))) from None
    if "use" not in form:
        names = [one["tag"] for one in known]
        if tag_rules.fold(tag) not in map(tag_rules.fold, names):
            _ask_similar(tag, names)
            near = near_names(tag_rules.fold(tag), list(map(tag_rules.fold, names)), _NEAR)
            if near:
                raise NameMeant([one for one in names if tag_rules.fold(one) in near])
    return tag


def _name(text: str, known: Iterable[str], *, is_sure: bool) -> str:
    try:
        name = clean_name(text)
    except ValueError as fault:
        raise NotMeant(capital(str(fault))) from None
    titled = _TITLES.get(loose(name), name)
    if titled in IDENTITIES:
        raise NotMeant(f"{LOCKS[titled]} Choose another name")
    if titled == "tags":
        raise NotMeant("Tags have a form of their own, beside them")
    if titled in DEFAULT_TYPES:
        return titled
    if not is_sure and name not in known:
        _ask_similar(name, known)
    return name


def _ask_similar(name: str, known: Iterable[str]) -> None:
    similar = [one for one in known if loose(one) == loose(name)]
    if similar:
        raise NameMeant(similar)
