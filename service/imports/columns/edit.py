"""A change of many contacts as it is asked for: the selection, and what each contact gets."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.events.calls import contact_patch
from ledger.events.schema import FieldFault, Invalid
from ledger.events.traits import DEFAULT_TYPES, WHATSAPP_OPTED, loose
from service.imports.columns.attributes import IDENTITY, TITLES
from service.queries.filters.selection import Selection


class NothingToChange(ValueError):
    """Neither a tag nor an attribute is named; the message says so."""


@dataclass(frozen=True, slots=True)
class WantedEdit:
    """`set` has values by attribute, `clear` attributes whose value goes, `tags` those to add."""

    selection: Selection
    set: dict[str, Any] = field(default_factory=dict)
    clear: Sequence[str] = ()
    tags: Sequence[str] = ()
    reason: str | None = None

    def read(self, known: Container[str] | None = None) -> tuple[dict[str, Any], list[str], str]:
        """What `Choices.edit` keeps, the tags as they count, and the change in a few words.

        `known` has the custom attributes that there are: a name that is none of these, but the title of a default
        attribute, means that one (R34). Where it is None, each name is an attribute's own.
        Raises NothingToChange, and Invalid with every fault of a value, name or tag.
        """
        if not (self.set or self.clear or self.tags):
            raise NothingToChange("say what is to change: a tag to add, or an attribute to set or clear")
        said = {**self.set, **dict.fromkeys(self.clear)}
        traits = said if known is None else _meant(said, known)
        patch = contact_patch({"traits": traits, "tags": list(self.tags)})
        asked = self.selection
        edit = {
            "where": list(asked.where), "tag": list(asked.tags), "q": asked.text, "match": asked.match,
            "traits": patch.traits, "reason": self.reason,
        }  # fmt: skip
        words = [f"tag {tag}" for tag in patch.tags]
        words += [
            f"{TITLES.get(name, name)} {'cleared' if value is None else 'set'}" for name, value in patch.traits.items()
        ]
        return edit, patch.tags, ", ".join(words)[:200]


_BY_TITLE = {loose(title): name for name, title in TITLES.items() if name in DEFAULT_TYPES}
_IDENTITIES = {*IDENTITY, *(TITLES[name].casefold() for name in IDENTITY)}


def _meant(said: Mapping[str, Any], known: Container[str]) -> dict[str, Any]:
    """The values by the attributes' own names.

    Raises Invalid where two names mean one attribute, where one means an identity (R1), and where a value is for
    something that is called as consent is.
    """
    meant: dict[str, Any] = {}
    for name, value in said.items():
        own = name.strip()
        if own not in DEFAULT_TYPES:
            title = _BY_TITLE.get(loose(own))
            if own not in known:
                own = title or name
            elif title == WHATSAPP_OPTED and value is not None:
                _refuse(name, value, f"is an attribute beside the consent itself: write {WHATSAPP_OPTED} for that")
        if own.strip().casefold() in _IDENTITIES and own not in known:
            _refuse(name, value, "is part of who a contact is, and not changed for many")
        if own in meant:
            _refuse(name, value, "is the same attribute as another name: give it once")
        meant[own] = value
    return meant


def _refuse(name: str, value: object, why: str) -> None:
    raise Invalid((FieldFault(f"/{'clear' if value is None else 'set'}/{name}", f"{name} {why}", "invalid"),))
