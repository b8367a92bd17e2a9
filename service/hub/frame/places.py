"""The places of the navigation, in their order: where each is, what it is called, and the right it needs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the navigation leads. `icon` is one of vendor/icons.svg; `right` is a scope, None for all.

    `also` are other addresses under which its pages are.
    """

    address: str
    word: str
    icon: str
    keys: str
    right: str | None
    also: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """How the paths of its pages begin."""
        return (self.address, *self.also)


PLACES = (
    Destination("/contacts", "Contacts", "users", "g c", "read", ("/edits", "/exports", "/erasures", "/duplicates")),
    Destination("/imports", "Imports", "upload", "g i", "import"),
    Destination("/audit", "Records", "scroll-text", "g a", "audit"),
    Destination("/people", "People", "key-round", "g p", "admin"),
    Destination("/help", "Help", "circle-help", "g h", None),
)
