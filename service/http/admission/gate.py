"""Sign-in by API key: who calls, whether the key's scopes allow it, and whether it has calls left."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping

from service.deployment.tables.keys import Key, Keys, fingerprint
from service.http.admission.denials import Denials
from service.http.admission.failures import Failures
from service.http.admission.rates import Quota, RateExceeded, Rates

REMEMBERED = 2_000_000
"""Microseconds a key found is taken as still valid, so that a revoked one stops everywhere within 5 seconds."""

_MOST_REMEMBERED = 10_000
_NO_LIMIT: Mapping[str, str] = {}


class SignInFailed(Exception):
    """No key, or not a valid one (401); the message says how to sign in."""


class SignInsThrottled(Exception):
    """Not a valid key, after too many of them from the same place (429); `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "this API key is not valid, and too many sign-ins from this address failed before:"
            f" check the key, and try again in {retry_after} s; valid keys are let in meanwhile"
        )
        self.retry_after = retry_after


class ScopeMissing(Exception):
    """The key is valid but may not do this (403)."""


class Gate:
    """Checks each call's `Authorization`. Safe for threads.

    `clock` gives microseconds since the epoch; `failures` counts failed sign-ins, `denials` missing scopes;
    `rates` None means no rate limit.
    """

    def __init__(
        self, keys: Keys, clock: Callable[[], int], failures: Failures, denials: Denials, rates: Rates | None = None
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._failures = failures
        self._denials = denials
        self._rates = rates
        self._remembered: dict[bytes, tuple[int, Key]] = {}

    def admit(self, authorization: str | None, address: str, *scopes: str | tuple[str, ...]) -> Key:
        """The key that signs this call from `address`; any one of the scopes lets it in, or several together.

        Raises SignInFailed, SignInsThrottled, ScopeMissing; StorageFault when keys cannot be read.
        """
        self._failures.report_if_due()
        self._denials.report_if_due()
        if not authorization:
            raise SignInFailed('sign in with an API key: Authorization: Basic base64("<key>:"), or Bearer <key>')
        text = _key_text(authorization)
        key = None if text is None else self._find(text)
        if key is None or key.revoked_at is not None:
            reason = "unreadable" if text is None else "unknown" if key is None else f"revoked {key.id}"
            try:
                self._failures.failed(reason, address)
            except RateExceeded as fault:
                raise SignInsThrottled(fault.quota.seconds) from None
            raise SignInFailed("this API key is not valid")
        if not any(one in key.scopes if isinstance(one, str) else key.scopes.issuperset(one) for one in scopes):
            wanted = [(one,) if isinstance(one, str) else one for one in scopes]
            self._denials.denied(key.name, key.id, [" and ".join(one) for one in wanted])
            raise ScopeMissing(f"this API key lacks the scope {' or '.join(map(_quoted, wanted))}")
        return key

    def denied(self, name: str, key: str | None, scope: str) -> None:
        """Note that somebody who is signed in, by the key of this id or as a person, lacks the right for a page."""
        self._denials.denied(name, key, [scope])

    def spend(self, key: Key) -> Mapping[str, str]:
        """Count a call of this key; the headers that say what is left, none without a limit. Raises RateExceeded."""
        return _NO_LIMIT if self._rates is None else quota_headers(self._rates.count(key.id))

    def close(self) -> None:
        """Write down what was only counted so far."""
        self._failures.report()
        self._denials.report()

    def _find(self, text: str) -> Key | None:
        mark, now = fingerprint(text), self._clock()
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


def _quoted(scopes: Iterable[str]) -> str:
    return " and ".join(map(repr, scopes))


def quota_headers(quota: Quota) -> dict[str, str]:
    """The limit and what is left of it, as draft-ietf-httpapi-ratelimit-headers-10 has it."""
    return {
        "RateLimit-Policy": f'"key";q={quota.rate.calls};w={quota.rate.seconds}',
        "RateLimit": f'"key";r={quota.remaining};t={quota.seconds}',
    }


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
