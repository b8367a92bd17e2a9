"""Logs of running: structlog on stderr, for people or as JSON lines, and never with personal data."""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from service.deployment.settings import LogFormat

OPEN = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "part",
        "pid",
        "signal",
        "error",
        "fault",
        "frames",
        "reason",
        "bus",
        "topic",
        "path",
        "route",
        "method",
        "type",
        "state",
        "import",
        "generation",
        "digest",
        "url",
        "version",
        "host",
        "key",
        "scope",
        "what",
        "request",
    }
)
"""Fields whose text is shown. The text of any other is withheld: a new field is private until it is listed here.

`key` is an API key's id, `url` an address without credentials.
"""

_PRIVATE = re.compile(r"phone|user|mail|trait|tag|name|value|raw", re.IGNORECASE)
_FREE_TEXT = ("event", "error", "fault", "reason")
_PHONE_LIKE = re.compile(r"\+?\d[\d ().-]{6,}\d")
_EMAIL_LIKE = re.compile(r"[^\s@'\"<>]+@[^\s@'\"<>]+\.[^\s@'\"<>]+")
WITHHELD = "(withheld)"


def configure(form: LogFormat, stream: TextIO | None = None) -> None:
    """Send this process's logs, and those of the libraries it uses, to `stream` (default stderr)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for library in ("urllib3", "_granian"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # in an outage it says the same a hundred times a second, and what it says comes to us as a fault anyhow
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.raiseExceptions = False  # a closed stderr must not become the program's fault
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def formatter(form: LogFormat) -> logging.Formatter:
    """The formatter behind `configure`, for libraries that set up their own handlers."""
    last: Any = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def name_fault(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn an exception into its class and the places it came through; its message may quote what somebody sent."""
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()[1]
    elif isinstance(fault, tuple):
        fault = fault[1]
    if isinstance(fault, BaseException):
        event["fault"] = type(fault).__name__
        event["frames"] = " < ".join(
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in reversed(traceback.extract_tb(fault.__traceback__))
        )
    return event


def withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let numbers, flags and the text of OPEN fields through; in free text, blank what looks like a phone or e-mail."""
    for name, value in event.items():
        if name.startswith("_") or value is None:
            continue
        if isinstance(value, bool | int | float):
            event[name] = WITHHELD if _PRIVATE.search(name) else value
        elif name not in OPEN or isinstance(value, Mapping | list | tuple | set | frozenset | bytes):
            event[name] = WITHHELD
        elif name in _FREE_TEXT:
            event[name] = _EMAIL_LIKE.sub(WITHHELD, _PHONE_LIKE.sub(WITHHELD, str(value)))
    return event


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    name_fault,
    withhold,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
