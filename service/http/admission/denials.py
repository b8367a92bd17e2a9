"""Calls that a valid key's scopes do not allow: written down without a flood of rows (R33)."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Lock

from ledger.storage import StorageFault
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.keys import Key, Keys

_REPORT_EVERY = 60_000_000

_Denial = tuple[str, str, str]
"""The key's id and name, and the scopes of which it has none."""


class Denials:
    """Told of each call that is answered 403. Safe for threads; `clock` gives microseconds since the epoch.

    The first of a key and a scope reaches the audit table at once, then at most one row a minute with how many came.
    """

    def __init__(self, keys: Keys, clock: Callable[[], int]) -> None:
        self._keys = keys
        self._clock = clock
        self._times: Counter[_Denial] = Counter()
        self._due: dict[_Denial, int] = {}
        self._lock = Lock()

    def denied(self, key: Key, scopes: Sequence[str]) -> None:
        """Note that this key wanted to do what needs one of these scopes."""
        with self._lock:
            self._times[key.id, key.name, " or ".join(scopes)] += 1
        self.report_if_due()

    def report_if_due(self) -> None:
        """Write down what was only counted so far, where the last row of its kind is a minute old."""
        if self._times:
            now = self._clock()
            self._report(now, [kind for kind in list(self._times) if self._due.get(kind, 0) <= now])

    def report(self) -> None:
        """Write down what was only counted so far."""
        self._report(self._clock(), list(self._times))

    def _report(self, now: int, kinds: Sequence[_Denial]) -> None:
        for kind in kinds:
            with self._lock:
                times = self._times.pop(kind, 0)
                self._due[kind] = now + _REPORT_EVERY
            if not times:
                continue
            id, name, scope = kind
            try:
                self._keys.record(Act(now, f"key {id}", "denied", {"name": name, "scope": scope, "times": times}))
            except StorageFault:
                # a full disk must not turn a 403 into a 500; the count waits for the next report
                with self._lock:
                    self._times[kind] += times
