"""A change of many contacts as it is asked for: the selection, and what each contact gets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.events.calls import contact_patch
from service.imports.columns.attributes import TITLES
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

    def read(self) -> tuple[dict[str, Any], list[str], str]:
        """What `Choices.edit` keeps, the tags as they count, and the change in a few words.

        Raises NothingToChange, and Invalid with every fault of a value, name or tag.
        """
        if not (self.set or self.clear or self.tags):
            raise NothingToChange("say what is to change: a tag to add, or an attribute to set or clear")
        patch = contact_patch({"traits": {**self.set, **dict.fromkeys(self.clear)}, "tags": list(self.tags)})
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
