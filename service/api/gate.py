"""Sign-in by API key: who calls, and whether the key's scopes allow it."""

import base64
import binascii
from collections import Counter
from collections.abc import Callable
from threading import Lock

from ledger import sqlite
from service.api.rates import Rates
from service.audit import Act
from service.keys import Key, Keys, fingerprint

REMEMBERED = 2_000_000
"""Microseconds a key found is taken as still valid, so that a revoked one stops everywhere within 5 seconds."""

_REPORT_EVERY = 60_000_000
_MOST_REMEMBERED = 10_000


class SignInFailed(Exception):
    """No key, or not a valid one (401); the message says how to sign in."""


class ScopeMissing(Exception):
    """The key is valid but may not do this (403)."""


class Gate:
    """Checks each call's `Authorization`. Safe for threads.

    `clock` gives microseconds since the epoch; `rates` None means no rate limit. Failed sign-ins reach the audit table
    at once, then at most one row a minute with their number, so that a flood of them cannot fill it.
    """

    def __init__(self, keys: Keys, clock: Callable[[], int], rates: Rates | None = None) -> None:
        self._keys = keys
        self._rates = rates
        self._clock = clock
        self._remembered: dict[bytes, tuple[int, Key]] = {}
        self._failures: Counter[str] = Counter()
        self._next_report = 0
        self._lock = Lock()

    def admit(self, authorization: str | None, *scopes: str) -> Key:
        """The key that signs this call; any one of the scopes lets it in.

        Raises SignInFailed, ScopeMissing, RateExceeded; sqlite.Error when keys cannot be read.
        """
        now = self._clock()
        if self._failures and now >= self._next_report:
            self._report(now)
        if not authorization:
            raise SignInFailed('sign in with an API key: Authorization: Basic base64("<key>:"), or Bearer <key>')
        text = _key_text(authorization)
        key = None if text is None else self._find(text, now)
        if key is None or key.revoked_at is not None:
            self._count("unreadable" if text is None else "unknown" if key is None else f"revoked {key.id}", now)
            raise SignInFailed("this API key is not valid")
        if key.scopes.isdisjoint(scopes):
            raise ScopeMissing(f"this API key lacks the scope {' or '.join(map(repr, scopes))}")
        if self._rates is not None:
            self._rates.count(key.id)
        return key

    def close(self) -> None:
        """Write down the failures that were only counted so far."""
        self._report(self._clock())

    def _find(self, text: str, now: int) -> Key | None:
        mark = fingerprint(text)
        seen = self._remembered.get(mark)
        # a clock that was set back must not keep a revoked key alive
        if seen is not None and 0 <= now - seen[0] < REMEMBERED:
            return seen[1]
        key = self._keys.find(text)
        if key is not None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[mark] = (now, key)
        return key

    def _count(self, reason: str, now: int) -> None:
        with self._lock:
            self._failures[reason] += 1
        if now >= self._next_report:
            self._report(now)

    def _report(self, now: int) -> None:
        with self._lock:
            reasons = dict(self._failures)
            self._failures.clear()
            self._next_report = now + _REPORT_EVERY
        if not reasons:
            return
        try:
            self._keys.record(
                Act(now, "unknown", "sign-in failed", {"times": sum(reasons.values()), "reasons": reasons})
            )
        except sqlite.Error:
            # a full disk must not turn a 401 into a 500; the count waits for the next report
            with self._lock:
                self._failures.update(reasons)


def _key_text(authorization: str) -> str | None:
    """The key in `Basic base64("<key>:")` or `Bearer <key>`; None for anything else."""
    scheme, _, credentials = authorization.partition(" ")
    credentials = credentials.strip()
    match scheme.lower():
        case "bearer":
            return credentials or None
        case "basic":
            try:
                return base64.b64decode(credentials, validate=True).decode().partition(":")[0] or None
            except (binascii.Error, UnicodeDecodeError, ValueError):
                return None
    return None
