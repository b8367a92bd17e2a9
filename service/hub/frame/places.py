"""The places of the navigation, in their order: where each is, what it is called, and the right it needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A room of the hub. `right` is a scope; None where everybody may look."""

    address: str
    word: str
    right: str | None


PLACES = (
    Place("/contacts", "Contacts", "read"),
    Place("/imports", "Imports", "import"),
    Place("/audit", "Records", "audit"),
    Place("/people", "People", "admin"),
    Place("/help", "Help", None),
)
