"""How the records say things: how the ledger is, what a run came to, why a message was refused."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from service.hub.frame.words import capital, count

REASONS: Mapping[str, str] = {
    "unreadable": "Cannot be read",
    "unknown_type": "Of a type that nobody knows",
    "unsupported_type": "Of a type that is not supported",
    "invalid": "Breaks a rule",
    "reserved": "Speaks in the ledger's own name",
    "id_reused": "Another message had this id",
    "phone_invalid": "Not a valid phone",
    "identity_conflict": "Belongs to two contacts",
    "kept_out": "Asked to be forgotten",
    "too_large": "Too large",
    "import_undone": "Its import was undone",
    "wrong_state": "Not possible any more",
    "precondition_failed": "Somebody else changed the contact first",
}
"""Why messages are refused, in words; one that is not here is shown as it is."""

KINDS: Mapping[str, str] = {"verify": "Verify", "rebuild": "Rebuild beside"}


def reason(code: str) -> str:
    """Why a message was refused."""
    return REASONS.get(code) or capital(code.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Health:
    """How the ledger is, in words. `tone`: `well`, `late` (it will pass by itself) or `wrong`."""

    tone: str
    heading: str
    sentences: tuple[str, ...]

    @property
    def is_moving(self) -> bool:
        """Whether a look in some seconds will show something else."""
        return self.tone == "late"


def health(status: Mapping[str, Any], last_verify: Mapping[str, Any] | None, ago: Callable[[str], str]) -> Health:
    """How the ledger is, from its status and the last verify that ended; `ago` words moments."""
    faults = [f"The {part['name']}: {part['fault']}" for part in status["parts"] if part["fault"]]
    broken = last_verify is not None and last_verify["state"] == "done" and not last_verify["result"]["ok"]
    checked = _checked(status, last_verify, ago)
    if broken:
        return Health("wrong", "Something is not as it was recorded", (*checked, *faults))
    if faults:
        return Health("wrong", "A part of the ledger needs somebody", (*faults, *checked))
    late = _late(status)
    if late:
        return Health("late", "Changes are being applied", (*late, *checked))
    is_proved = last_verify is not None and last_verify["state"] == "done"
    heading = "Everything is intact and up to date" if is_proved else "Everything is up to date"
    return Health("well", heading, checked)


def _late(status: Mapping[str, Any]) -> Sequence[str]:
    said = []
    if status["bus_lag"]:
        said.append(f"{messages(status['bus_lag'])} wait to be taken.")
    if status["lag_events"]:
        seconds = max(1, ceil(status["lag_seconds"]))
        said.append(f"Changes show up to {count(seconds)} s late: {messages(status['lag_events'])} are being applied.")
    return said


def messages(number: int) -> str:
    """So many messages."""
    return "1 message" if number == 1 else f"{count(number)} messages"


def _checked(status: Mapping[str, Any], last: Mapping[str, Any] | None, ago: Callable[[str], str]) -> tuple[str, ...]:
    if last is None:
        return ("Nobody has had it verified yet.",)
    if last["state"] == "failed":
        return (f"The last verify did not end: {last['message']}",)
    since = status["position"] - last["result"]["events"]
    more = "nothing has changed since" if since <= 0 else f"{messages(since)} have come since"
    found = "" if last["result"]["ok"] else f" and found {_faults(len(last['result']['faults']))}"
    return (f"Checked {ago(last['ended_at'])}{found}; {more}.",)


def outcome(run: Mapping[str, Any]) -> tuple[str, str]:
    """What a run came to: a tone, as `Health` has it, and words."""
    if run["state"] == "running":
        return "late", "Running"
    if run["state"] == "failed":
        return "wrong", "Did not end"
    result = run["result"]
    if run["kind"] == "rebuild":
        return "well", f"{count(result['contacts'])} contacts"
    if result["ok"]:
        return "well", f"Intact: {count(result['events'])} entries"
    return "wrong", _faults(len(result["faults"]))


def _faults(number: int) -> str:
    return "1 fault" if number == 1 else f"{count(number)} faults"


def first_line(raw: Any) -> str:
    """The first line of a message, short; what is no text in words."""
    if raw is None:
        return "Nothing"
    if isinstance(raw, dict):
        return "Not text"
    line = next((part.strip() for part in raw.splitlines() if part.strip()), "")
    return line if len(line) <= 160 else f"{line[:160]}…"


def as_text(raw: Any) -> str:
    """Bytes as a person can look at them: text as it is, anything else in hexadecimal, 16 bytes a line."""
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    content = b64decode(raw["base64"])
    lines = (content[start : start + 16] for start in range(0, len(content), 16))
    return "\n".join(f"{number * 16:08x}  {line.hex(' ')}" for number, line in enumerate(lines))
