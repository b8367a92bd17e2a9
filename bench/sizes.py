"""How much is measured: the whole table's sizes, or a fraction of them."""

from collections.abc import Mapping
from dataclasses import dataclass

QUICK_SCALE = 0.03


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of rows, contacts and events; `seconds` is how long calls are sent, `repeats` what medians are of."""

    rows: int
    contacts_before: int
    appended: int
    rebuilt_contacts: int
    erased_together: int
    peer_appended: int
    peer_contacts: int
    lone_calls: int
    seconds: float
    repeats: int


def chosen(environ: Mapping[str, str]) -> Sizes:
    """`QUICK=1`: about a minute in all; `SCALE=0.2`: a fifth of the rows; `REPEATS=3`: medians of three runs."""
    is_quick = environ.get("QUICK", "") not in ("", "0")
    scale = float(environ.get("SCALE") or (QUICK_SCALE if is_quick else 1))
    repeats = int(environ.get("REPEATS") or (1 if is_quick else 3))

    def scaled(whole: int) -> int:
        return max(1000, round(whole * scale))

    return Sizes(
        rows=scaled(500_000),
        contacts_before=scaled(2_000_000),
        appended=scaled(500_000),
        rebuilt_contacts=scaled(500_000),
        erased_together=scaled(100_000),
        peer_appended=min(100_000, scaled(500_000)),
        peer_contacts=min(50_000, scaled(500_000)),
        lone_calls=60 if is_quick else 300,
        seconds=2.0 if is_quick else 10.0,
        repeats=repeats,
    )
