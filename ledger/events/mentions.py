"""Finds a person's phones and user ids where no event about them was read: in a rejected message, a line of a file."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Literal

from ledger.events.data import BROKEN, anything
from ledger.events.envelope import Headers, Unreadable, decode
from ledger.events.phone import split

FoundBy = Literal["phone", "national number", "user id"]
"""By what bytes were found to be about a person. A national number may be that of a phone of another country."""

_BETWEEN = r"[^0-9A-Za-z]{0,6}"
"""What people write between two digits of a phone: whatever is no letter, invisible characters among it."""

_digit = re.compile(r"\d")

_ASCII = bytes(range(128))
_NO_DIGITS = bytes(one for one in range(256) if not 0x30 <= one <= 0x39)

_escaped = re.compile(rb"\\u(?!00[89aAc-fC-F]|0[1-5])")
"""JSON's escapes of ASCII, and of what digits of other scripts are among."""

_is_never_escaped = re.compile(r"[\w.:@+-]*", re.ASCII).fullmatch

_LEAST_IN_TEXT = 4
"""Characters of a user id that is looked for in a text: a shorter one is in nearly every text."""


class Mentions:
    """Who is looked for: phones in E.164 and user ids, as they are and as people write them."""

    def __init__(self, phones: Collection[str], user_ids: Collection[str]) -> None:
        self._user_ids = frozenset(user_ids)
        self._full = _any_of([rf"(?:\+|00)?{_spread(phone.removeprefix('+'))}" for phone in phones])
        self._national = _any_of([rf"0?{_spread(split(phone)[1])}" for phone in phones])
        self._numbers = [re.compile(_spread(split(phone)[1])) for phone in phones]
        self._digits = [split(phone)[1].encode() for phone in phones]
        self._named = [one.encode() for one in self._user_ids]
        self._may_be_escaped = not all(map(_is_never_escaped, self._user_ids))
        self._cells = _cells(self._user_ids)
        self._words = _cells([one for one in self._user_ids if len(one) >= _LEAST_IN_TEXT])

    def may_be_in(self, content: bytes) -> bool:
        """Whether something of the person can be in these bytes, of one message or of many; a no is sure.

        Quick for much: the digits alone are looked through, whatever stands between them.
        """
        if b"\\" in content and (self._may_be_escaped or _escaped.search(content)):
            return True
        if b"data_base64" in content or _has_other_digits(content.translate(None, _ASCII)):
            return True
        digits = content.translate(None, _NO_DIGITS)
        return any(one in digits for one in self._digits) or any(one in content for one in self._named)

    def in_message(self, key: bytes | None, headers: Headers, value: bytes | None) -> FoundBy | None:
        """By what a message is about the person; None where nothing of the person is in it."""
        around, text = [_text(part) for part in (key, *(content for _, content in headers))], _text(value)
        is_plain = "\\" not in text and "data_base64" not in text
        if is_plain and not any(map(self._may_be_in, (text, *around))):
            return None  # most messages are looked at no further
        return self._in_leaves([*_leaves_of(headers, value), *around]) or self._in_text(text, self._words)

    def in_line(self, line: str) -> FoundBy | None:
        """By what a line of a file is about the person; a short user id counts where it is a cell by itself."""
        return self._in_text(line, self._cells) if self._may_be_in(line) else None

    def _may_be_in(self, text: str) -> bool:
        digits = _in_ascii_digits(text)
        return any(one.search(digits) for one in self._numbers) or any(one in text for one in self._user_ids)

    def _in_text(self, text: str, user_ids: re.Pattern[str]) -> FoundBy | None:
        digits = _in_ascii_digits(text)
        if self._full.search(digits):
            return "phone"
        if user_ids.search(text):
            return "user id"
        return "national number" if self._national.search(digits) else None

    def _in_leaves(self, leaves: list[str]) -> FoundBy | None:
        digits = list(map(_in_ascii_digits, leaves))
        if any(map(self._full.search, digits)):
            return "phone"
        if not self._user_ids.isdisjoint(map(str.strip, leaves)):
            return "user id"
        return "national number" if any(map(self._national.search, digits)) else None


def _has_other_digits(content: bytes) -> bool:
    """Whether there is a digit that is none of ASCII in bytes without ASCII, of UTF-8 in part."""
    if not content:
        return False
    return _digit.search(unicodedata.normalize("NFKC", content.decode(errors="ignore"))) is not None


def _in_ascii_digits(text: str) -> str:
    """The text with the digits of every script as those of ASCII, as in `९९६७` or full width."""
    if text.isascii():
        return text
    return _digit.sub(lambda one: str(unicodedata.decimal(one[0])), unicodedata.normalize("NFKC", text))


def _spread(digits: str) -> str:
    return _BETWEEN.join(digits)


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One of these between what is no digit; nothing where there are none."""
    return re.compile(rf"(?<![0-9])(?:{'|'.join(patterns)})(?![0-9])" if patterns else r"(?!)")


def _cells(user_ids: Iterable[str]) -> re.Pattern[str]:
    """A user id by itself: between quotes, delimiters, blanks, or the ends of a line; nothing where there are none."""
    either = "|".join(map(re.escape, user_ids))
    return re.compile(rf"(?:^|[\s\"',;|])(?:{either})(?:$|[\s\"',;|])" if either else r"(?!)")


def _text(content: bytes | None) -> str:
    return "" if content is None else content.decode(errors="replace")


def _leaves_of(headers: Headers, value: bytes | None) -> list[str]:
    """Every text and number in a message's data, whatever escapes its JSON has; none where it is no JSON."""
    try:
        return list(_leaves(anything(decode(headers, value).data)))
    except (Unreadable, *BROKEN):
        pass
    try:
        return list(_leaves(anything(value or b"")))
    except BROKEN:
        return []


def _leaves(found: Any) -> Iterator[str]:
    match found:
        case dict():
            for member in found.values():
                yield from _leaves(member)
        case list():
            for member in found:
                yield from _leaves(member)
        case str():
            yield found
        case bool() | None:
            return
        case int() | float():
            yield str(found)
