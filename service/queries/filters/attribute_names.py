"""Which attribute a name in a filter means: an exact name before a title, and none that nobody ever had (R34)."""

from collections.abc import Callable, Container
from typing import Literal

from ledger.events.traits import DEFAULT_TYPES, TraitType, clean_name, loose
from projections.conditions.condition import IDENTITIES, BadCondition, as_trait, quoted, trait_of
from projections.state.questions import AttributeTypes
from service.queries.filters.near_names import near_names

RECORDED: dict[str, Literal["created", "modified"]] = {"created_at": "created", "modified_at": "modified"}
TAGS = "tags"
COUNTRY_CODE = "country_code"
"""A part of the phone; an attribute of this name goes before it."""
IMPORT = "import"
OUTCOME = "outcome"
CONTACT = "contact"
"""A contact's id."""
MEMBERS = (*IDENTITIES, *RECORDED, TAGS, IMPORT, OUTCOME, CONTACT)
"""What is found by a name as attributes are, and is none; an attribute of that name is put in double quotes."""

_TITLES = {loose(name): name for name in (*DEFAULT_TYPES, *MEMBERS, COUNTRY_CODE)} | {loose("Phone Number"): "phone"}


class Names:
    """Tells names apart, for one state. `once` says whether a name that nobody has there was named by any entry.

    `notes` tell of attributes that nobody has at present.
    """

    def __init__(self, types: AttributeTypes, once: Callable[[str], bool]) -> None:
        self._types = types
        self._once = once
        self.notes: list[str] = []

    def meant(self, text: str, *, is_exact: bool = False) -> tuple[str, bool]:
        """The attribute, or the one of MEMBERS, that a text means, and whether it is a member.

        `is_exact`: just the attribute of that name. Raises BadCondition.
        """
        if not is_exact and text in MEMBERS:
            return text, True
        try:
            name = clean_name(text)
        except ValueError as fault:
            raise BadCondition(f"{text[:40]!r}: {fault}") from None
        if name in DEFAULT_TYPES or self._types.has(as_trait(name)):
            return as_trait(name), False
        title = None if is_exact else _TITLES.get(loose(name))
        if title is not None:
            return title, title in MEMBERS or title == COUNTRY_CODE
        if not (self._types.was_cleared(name) or self._once(name)):
            raise BadCondition(self._unknown(name))
        self.notes.append(f"nobody has a value of {name} at present")
        return as_trait(name), False

    def note_others(self, name: str, type: TraitType) -> None:
        """Note how many contacts have a value of another type than is compared."""
        others = sum(share for kind, share in self._types.shares(name).items() if kind != type)
        if others:
            named = trait_of(name)
            self.notes.append(f"{others:,} contacts have a value of {named} that is no {type}; these are not compared")

    def _unknown(self, name: str) -> str:
        known = {loose(one): one for one in (*sorted(self._types.names()), *MEMBERS)}
        near = [known[one] for one in near_names(loose(name), known)]
        meant = f"did you mean {' or '.join(near)}?" if near else "the list of attributes has those that there are"
        return f"no contact ever had an attribute {name!r}: {meant}"


def written(name: str, members: Container[str]) -> str:
    """An attribute's name as a condition has it: in double quotes where it could be taken for something else."""
    is_plain = name not in members and not set('=!<>~"').intersection(name)
    return name if is_plain else quoted(name)
