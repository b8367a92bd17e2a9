"""What a valid key's scopes or a person's rights do not allow: written down without a flood of rows (R33)."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from ledger.storage import StorageFault
from service.deployment.tables.audit_trail import Act
from service.deployment.tables.keys import Keys

_REPORT_EVERY = 60_000_000

_Denial = tuple[str, str, str]
"""Who, as the audit trail calls them, the name, and the scopes of which they have none."""


class Denials:
    """Told of each call and page that is answered 403. Safe for threads; `clock` gives microseconds since the epoch.

    The first of a key or person and a scope reaches the audit table at once, then at most one row a minute with how
    many came.
    """

    def __init__(self, keys: Keys, clock: Callable[[], int]) -> None:
        self._keys = keys
        self._clock = clock
        self._times: Counter[_Denial] = Counter()
        self._due: dict[_Denial, int] = {}
        self._lock = Lock()

    def denied(self, name: str, key: str | None, scopes: Sequence[str]) -> None:
        """Note that somebody of this name, or the key of this id, wanted what needs one of these scopes."""
        with self._lock:
            self._times[name if key is None else f"key {key}", name, " or ".join(scopes)] += 1
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
            who, name, scope = kind
            detail: dict[str, Any] = {} if who == name else {"name": name}
            try:
                self._keys.record(Act(now, who, "denied", {**detail, "scope": scope, "times": times}))
            except StorageFault:
                # a full disk must not turn a 403 into a 500; the count waits for the next report
                with self._lock:
                    self._times[kind] += times
