"""What a deployment can set: the environment's CONTACTS_… and a `.env` file, checked as a whole at start."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env, EnvValidationError, ValidationError

from ledger.bus.open import open_bus
from ledger.bus.port import Unusable
from ledger.events.calling_codes import CALLING_CODES

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

    `time_zone` is the business's, None for the host's.
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

    @property
    def address(self) -> str:
        """Where to reach this machine's own server, also when it listens at every address."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def load(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Read every setting; `environ` goes before the file `dotenv`, and an empty value is one that is not given.

    Raises SettingsInvalid with all faults at once.
    """
    env = _Given(environ, eager=False)
    if dotenv is not None and dotenv.is_file():
        env.read_env(dotenv, recurse=False)
    data = _read(env, "CONTACTS_DATA", Path("data"), _folder)
    settings = Settings(
        data=data,
        bus=_read(env, "CONTACTS_BUS", f"sqlite:{data / 'bus.db'}", _bus),
        secret=_read(env, "CONTACTS_SECRET", None, _secret),
        host=_read(env, "CONTACTS_HOST", "127.0.0.1", _host),
        port=_read(env, "CONTACTS_PORT", 8080, _whole(1, 65535)),
        workers=_read(env, "CONTACTS_WORKERS", 2, _whole(1, 64)),
        max_upload_mib=_read(env, "CONTACTS_MAX_UPLOAD_MIB", 50, _whole(1, 4096)),
        max_rows=_read(env, "CONTACTS_MAX_ROWS", 500_000, _whole(1, 50_000_000)),
        default_country_code=_read(env, "CONTACTS_DEFAULT_COUNTRY_CODE", "91", _country_code),
        default_tags=_read(env, "CONTACTS_DEFAULT_TAGS", DEFAULT_TAGS, _tags),
        merge=cast(Merge, _read(env, "CONTACTS_MERGE", "auto", _one_of("auto", "never"))),
        rate_limit=_read(env, "CONTACTS_RATE_LIMIT", None, _rate),
        log_format=cast(LogFormat, _read(env, "CONTACTS_LOG_FORMAT", "console", _one_of("console", "json"))),
        time_zone=_read(env, "CONTACTS_TIME_ZONE", None, _zone),
    )
    try:
        env.seal()
    except EnvValidationError as fault:
        messages = cast("Mapping[str, list[str]]", fault.error_messages)
        raise SettingsInvalid(tuple(f"{name} {text}" for name, texts in messages.items() for text in texts)) from None
    return settings


class _Given(Env):
    """environs' reader over a mapping that is handed in, so that nothing but the caller touches `os.environ`."""

    def __init__(self, given: Mapping[str, str], *, eager: bool) -> None:
        super().__init__(eager=eager)
        self._given = given

    def _get_value(self, env_key: str, default: object) -> object:
        value = self._given.get(env_key) or self._environ.get(env_key)
        return value.strip() if value and value.strip() else default


def _read(env: Env, name: str, default: _T, rule: Callable[[str], _T]) -> _T:
    """The setting, or its default; a broken rule is kept in `env` until it is sealed, and the default stands in."""

    def checked(value: object) -> _T:
        return rule(value) if isinstance(value, str) else cast(_T, value)

    parser = f"rule_of_{name.lower()}"
    env.add_parser(parser, checked)
    value: _T | None = getattr(env, parser)(name, default)
    return default if value is None else value


def _folder(value: str) -> Path:
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise ValidationError(f"is {value!r}, which is a file; name a folder.")
    return path


def _bus(value: str) -> str:
    scheme = value.split(":", 1)[0]
    if not value.startswith(("sqlite:", "kafka://")):
        # the whole URL can hold a password
        raise ValidationError(f"begins with {scheme[:20]!r}; it must begin with 'sqlite:' or 'kafka://'.")
    try:
        open_bus(value)
    except Unusable as fault:
        raise ValidationError(f"cannot be used: {fault}.") from None
    return value


def _secret(value: str) -> str | None:
    if len(value) < SHORTEST_SECRET:
        raise ValidationError(
            f"has {len(value)} characters; give at least {SHORTEST_SECRET}, "
            "or leave it out and one is made in the data folder."
        )
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", value):
        raise ValidationError(f"is {value!r}; it must be an address or a host name, such as 127.0.0.1.")
    return value


def _whole(least: int, most: int) -> Callable[[str], int]:
    def rule(value: str) -> int:
        if not re.fullmatch(r"\d{1,12}", value, re.ASCII) or not least <= int(value) <= most:
            raise ValidationError(f"is {value[:40]!r}; it must be a whole number from {least} to {most}.")
        return int(value)

    return rule


def _country_code(value: str) -> str:
    if not re.fullmatch(r"\+?[1-9]\d{0,2}", value, re.ASCII):
        raise ValidationError(f"is {value[:40]!r}; it must be one to three digits, such as 91.")
    code = value.removeprefix("+")
    if code not in CALLING_CODES:
        raise ValidationError(f"is {value!r}, which is no country's calling code; give one, such as 91.")
    return code


def _tags(value: str) -> tuple[str, ...]:
    return tuple(tag for tag in (" ".join(part.split()) for part in value.split(",")) if tag)


def _one_of(*choices: str) -> Callable[[str], str]:
    def rule(value: str) -> str:
        if value.lower() not in choices:
            raise ValidationError(f"is {value[:40]!r}; it must be {' or '.join(choices)}.")
        return value.lower()

    return rule


def _zone(value: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(f"is {value[:60]!r}, which is no time zone; give one such as Asia/Kolkata.") from None


def _rate(value: str) -> Rate | None:
    match = re.fullmatch(r"(\d{1,9})\s*/\s*(second|minute|hour|day)", value, re.ASCII)
    if match is None or int(match[1]) == 0:
        raise ValidationError(f"is {value[:40]!r}; it must be like 600/minute (second, minute, hour or day).")
    return Rate(int(match[1]), _SECONDS[match[2]])
