"""How a person shows in bytes: a phone and a user id as they are kept, and as people and programs write them (R31)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import msgspec

from ledger.events.phone import split

_BETWEEN = rb"(?:[ ().\-/\t]|\xc2\xa0|\xe2\x80[\x90-\x95])*"
"""What stands between the digits of a phone that a person wrote."""

_LONG = 6
"""From so many characters on a user id is looked for anywhere; a shorter one only where it is said to be one."""


class Traces:
    """What is left of people in bytes: finds any of their phones (E.164) and user ids."""

    def __init__(self, phones: Iterable[str], user_ids: Iterable[str]) -> None:
        patterns = [*map(_of_phone, sorted(phones)), *(one for id in sorted(user_ids) for one in _of_user_id(id))]
        self._search = re.compile(b"|".join(patterns)).search if patterns else None

    def are_in(self, content: bytes | None) -> bool:
        """Whether these bytes name one of the people. National digits beside another country's code do too."""
        return content is not None and self._search is not None and self._search(content) is not None


def _of_phone(phone: str) -> bytes:
    code, national = split(phone)
    digits = _apart(national)
    return b"(?<![0-9])(?:" + _apart(code[1:]) + _BETWEEN + rb")?(?:\(?0\)?" + _BETWEEN + b")?" + digits + b"(?![0-9])"


def _apart(digits: str) -> bytes:
    return _BETWEEN.join(digit.encode() for digit in digits)


def _of_user_id(user_id: str) -> Iterator[bytes]:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, user_id)
        for written in {text.encode(), msgspec.json.encode(text)[1:-1], _ascii(text)}:
            found = re.escape(written)
            if len(user_id) >= _LONG:
                yield b"(?<![0-9A-Za-z_])" + found + b"(?![0-9A-Za-z_])"
            else:
                yield rb'"user_?[iI]d"\s*:\s*"?' + found + rb'"?(?=\s*[,}])'


def _ascii(text: str) -> bytes:
    """A text in JSON of programs that escape whatever is not ASCII."""
    units = text.encode("utf-16-be")
    pairs = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in pairs).encode()
