"""The places that can hold something of a person, gone through one by one, and what becomes of each (R31)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

LOG = "log"
READ = "somebody reads it: the pages of before are cut off when that is done"
"""What is awaited at a place whose file has a reader."""

PlaceState = Literal["done", "waiting", "remains"]


@dataclass(frozen=True, slots=True)
class PlaceReceipt:
    """How far the erasure has come at a place; `note` is a sentence, of what remains until when, or what is awaited."""

    place: str
    state: PlaceState
    note: str | None = None


class NotYet(Exception):
    """Something at a place is in the way for now; the message is a sentence that says what."""


@dataclass(frozen=True, slots=True)
class ErasedPlace:
    """A place that is in our hands. `erase` looks for the person and leaves nothing; once more does no harm.

    It gives a sentence about what it could not reach, None where nothing is left. It raises NotYet. While `is_source`
    waits, places that are filled from it are not looked at: they could get the person from there once more.
    """

    name: str
    erase: Callable[[], str | None]
    is_source: bool = False


ELSEWHERE = (
    PlaceReceipt(
        "backups",
        "remains",
        "Backups from before: remove them, or have `contacts restore --erased` erase again what was erased since.",
    ),
    PlaceReceipt(
        "downloads", "remains", "Files that were exported or downloaded before, and the systems the data came from."
    ),
)
"""What is not in our hands, and is said in every receipt."""


ON_ITS_WAY = PlaceReceipt(LOG, "waiting", "the order goes to the log, and the places are gone through after it")
"""What is said until the places have been gone through once."""


def erase_everywhere(places: Sequence[ErasedPlace], before: Sequence[PlaceReceipt] = ()) -> list[PlaceReceipt]:
    """Go once through the places that are not done according to the receipt of before; the new receipt."""
    known = {one.place: one for one in before if one.state != "waiting"}
    receipt, waiting = [], None
    for place in places:
        one = known.get(place.name)
        if one is None:
            one = _erased(place) if waiting is None else PlaceReceipt(place.name, "waiting", f"first the {waiting}")
        if place.is_source and one.state == "waiting":
            waiting = place.name
        receipt.append(one)
    return [*receipt, *ELSEWHERE]


def _erased(place: ErasedPlace) -> PlaceReceipt:
    try:
        remains = place.erase()
    except NotYet as fault:
        return PlaceReceipt(place.name, "waiting", str(fault))
    return PlaceReceipt(place.name, "done" if remains is None else "remains", remains)


def is_done(receipt: Sequence[PlaceReceipt]) -> bool:
    """Whether nothing is waited for any more."""
    return all(one.state != "waiting" for one in receipt)
