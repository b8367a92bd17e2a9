"""What a deployment can set: the environment's CONTACTS_… and a `.env` file, checked as a whole at start."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.bus.open import open_bus
from ledger.bus.port import Unusable
from ledger.events.calling_codes import CALLING_CODES
from service.deployment.forget_after import ForgetAfter, forget_after

Merge = Literal["auto", "never"]
LogFormat = Literal["console", "json"]
_T = TypeVar("_T")

DEFAULT_TAGS = ("new customer", "potential lead", "vip", "inactive")
SHORTEST_SECRET = 16
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class SettingsInvalid(Exception):
    """One or more settings break their rule; `faults` holds one sentence for each, and never a secret."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` calls in `seconds` seconds."""

    calls: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """A deployment's settings. `secret` is None where the data folder holds it; `rate_limit` None means no limit.

    `time_zone` is the business's, None for the host's. `rejected_share`: the percentage of rejected messages above
    which the readiness says so, None for never. `forget_after`: contacts without an event for so long are erased, None:
    none are.
    """

    data: Path
    bus: str = field(repr=False)
    secret: str | None = field(repr=False)
    host: str
    port: int
    workers: int
    max_upload_mib: int
    max_rows: int
    default_country_code: str
    default_tags: tuple[str, ...]
    merge: Merge
    rate_limit: Rate | None
    log_format: LogFormat
    time_zone: ZoneInfo | None = None
    rejected_share: int | None = None
    forget_after: ForgetAfter | None = None

    @property
    def may_merge(self) -> bool:
        """Whether a message that names two contacts, each lacking what the other has, merges them (R7)."""
        return self.merge == "auto"

    @property
    def address(self) -> str:
        """Where to reach this machine's own server, also when it listens at every address."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def load(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Read every setting; `environ` goes before the file `dotenv`, and an empty value is one that is not given.

    Raises SettingsInvalid with all faults at once.
    """
    given = _Given(environ, _in_file(dotenv))
    data = given.read("CONTACTS_DATA", Path("data"), _folder)
    settings = Settings(
        data=data,
        bus=given.read("CONTACTS_BUS", f"sqlite:{data / 'bus.db'}", _bus),
        secret=given.read("CONTACTS_SECRET", None, _secret),
        host=given.read("CONTACTS_HOST", "127.0.0.1", _host),
        port=given.read("CONTACTS_PORT", 8080, _whole(1, 65535)),
        workers=given.read("CONTACTS_WORKERS", 2, _whole(1, 64)),
        max_upload_mib=given.read("CONTACTS_MAX_UPLOAD_MIB", 50, _whole(1, 4096)),
        max_rows=given.read("CONTACTS_MAX_ROWS", 500_000, _whole(1, 50_000_000)),
        default_country_code=given.read("CONTACTS_DEFAULT_COUNTRY_CODE", "91", _country_code),
        default_tags=given.read("CONTACTS_DEFAULT_TAGS", DEFAULT_TAGS, _tags),
        merge=cast(Merge, given.read("CONTACTS_MERGE", "auto", _one_of("auto", "never"))),
        rate_limit=given.read("CONTACTS_RATE_LIMIT", None, _rate),
        log_format=cast(LogFormat, given.read("CONTACTS_LOG_FORMAT", "console", _one_of("console", "json"))),
        time_zone=given.read("CONTACTS_TIME_ZONE", None, _zone),
        rejected_share=given.read("CONTACTS_REJECTED_SHARE", None, _percentage),
        forget_after=given.read("CONTACTS_FORGET_AFTER", None, _forget_after),
    )
    if given.faults:
        raise SettingsInvalid(tuple(given.faults))
    return settings


class _Broken(ValueError):
    """A setting breaks its rule; the message says how, behind the setting's name."""


class _Given:
    """What is set, and the faults that were found in it so far."""

    def __init__(self, environ: Mapping[str, str], file: Mapping[str, str | None]) -> None:
        self._environ = environ
        self._file = file
        self.faults: list[str] = []

    def read(self, name: str, default: _T, rule: Callable[[str], _T]) -> _T:
        """The setting, or its default, which also stands in for one that breaks its rule."""
        text = (self._environ.get(name) or self._file.get(name) or "").strip()
        if not text:
            return default
        try:
            return rule(text)
        except _Broken as fault:
            self.faults.append(f"{name} {fault}")
            return default


def _in_file(dotenv: Path | None) -> Mapping[str, str | None]:
    if dotenv is None or not dotenv.is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(dotenv)


def _folder(value: str) -> Path:
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise _Broken(f"is {value!r}, which is a file; name a folder.")
    return path


def _bus(value: str) -> str:
    scheme = value.split(":", 1)[0]
    if not value.startswith(("sqlite:", "kafka://")):
        # the whole URL can hold a password
        raise _Broken(f"begins with {scheme[:20]!r}; it must begin with 'sqlite:' or 'kafka://'.")
    try:
        open_bus(value)
    except Unusable as fault:
        raise _Broken(f"cannot be used: {fault}.") from None
    return value


def _secret(value: str) -> str | None:
    if len(value) < SHORTEST_SECRET:
        raise _Broken(
            f"has {len(value)} characters; give at least {SHORTEST_SECRET}, "
            "or leave it out and one is made in the data folder."
        )
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value):
        raise _Broken(f"is {value!r}; it must be an address or a host name, such as 127.0.0.1.")
    return value


def _whole(least: int, most: int) -> Callable[[str], int]:
    def rule(value: str) -> int:
        if not re.fullmatch(r"\d{1,12}", value, re.ASCII) or not least <= int(value) <= most:
            raise _Broken(f"is {value[:40]!r}; it must be a whole number from {least} to {most}.")
        return int(value)

    return rule


def _country_code(value: str) -> str:
    if not re.fullmatch(r"\+?[1-9]\d{0,2}", value, re.ASCII):
        raise _Broken(f"is {value[:40]!r}; it must be one to three digits, such as 91.")
    code = value.removeprefix("+")
    if code not in CALLING_CODES:
        raise _Broken(f"is {value!r}, which is no country's calling code; give one, such as 91.")
    return code


def _tags(value: str) -> tuple[str, ...]:
    return tuple(tag for tag in (" ".join(part.split()) for part in value.split(",")) if tag)


def _one_of(*choices: str) -> Callable[[str], str]:
    def rule(value: str) -> str:
        if value.lower() not in choices:
            raise _Broken(f"is {value[:40]!r}; it must be {' or '.join(choices)}.")
        return value.lower()

    return rule


def _zone(value: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _Broken(f"is {value[:60]!r}, which is no time zone; give one such as Asia/Kolkata.") from None


def _percentage(value: str) -> int | None:
    match = re.fullmatch(r"(\d{1,3})\s*%?", value, re.ASCII)
    if match is None or not 1 <= int(match[1]) <= 99:
        raise _Broken(f"is {value[:40]!r}; it must be a percentage from 1 to 99, such as 20.")
    return int(match[1])


def _forget_after(value: str) -> ForgetAfter | None:
    try:
        return forget_after(value)
    except ValueError as fault:
        raise _Broken(f"{fault}.") from None


def _rate(value: str) -> Rate | None:
    match = re.fullmatch(r"(\d{1,9})\s*/\s*(second|minute|hour|day)", value, re.ASCII)
    if match is None or int(match[1]) == 0:
        raise _Broken(f"is {value[:40]!r}; it must be like 600/minute (second, minute, hour or day).")
    return Rate(int(match[1]), _SECONDS[match[2]])
