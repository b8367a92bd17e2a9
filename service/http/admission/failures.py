"""Failed sign-ins: throttled by where they come from, and written down without a flood of rows (R33)."""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock

from ledger.storage import StorageFault
from service.deployment.settings import Rate
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.keys import Keys
from service.http.admission.rates import Rates

ALLOWED = Rate(30, 60)
"""Failed sign-ins from one place before they are answered by 429; a valid key is let in all the same."""

_REPORT_EVERY = 60_000_000
_MOST_PLACES = 20
_OTHERS = "(others)"


class Failures:
    """Told of each failed sign-in. Safe for threads; `attempts` counts by place over all workers.

    The first reaches the audit table at once, then at most one row a minute does with what came meanwhile: how many,
    why, and from where, the busiest 20 places by name. `clock` gives microseconds since the epoch.
    """

    def __init__(self, keys: Keys, attempts: Rates, clock: Callable[[], int]) -> None:
        self._keys = keys
        self._attempts = attempts
        self._clock = clock
        self._reasons: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._next_report = 0
        self._lock = Lock()

    def failed(self, reason: str, address: str) -> None:
        """Note a failed sign-in from this address. Raises RateExceeded when there were too many."""
        place = place_of(address)
        with self._lock:
            self._reasons[reason] += 1
            known = place in self._places or len(self._places) < _MOST_PLACES
            self._places[place if known else _OTHERS] += 1
        self.report_if_due()
        self._attempts.count(place)

    def report_if_due(self) -> None:
        """Write down what was only counted so far, if the last report is a minute old."""
        if self._reasons and self._clock() >= self._next_report:
            self.report()

    def report(self) -> None:
        """Write down what was only counted so far."""
        now = self._clock()
        with self._lock:
            reasons, places = Counter(self._reasons), Counter(self._places)
            self._reasons.clear()
            self._places.clear()
            self._next_report = now + _REPORT_EVERY
        if not reasons:
            return
        detail = {"times": reasons.total(), "reasons": dict(reasons), "from": dict(places)}
        try:
            self._keys.record(Act(now, "unknown", "sign-in failed", detail))
        except StorageFault:
            # a full disk must not turn a 401 into a 500; the count waits for the next report
            with self._lock:
                self._reasons.update(reasons)
                self._places.update(places)


def place_of(address: str) -> str:
    """The address, or the /64 network of an IPv6 one: whoever has one of its addresses has all of them."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64] or "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
