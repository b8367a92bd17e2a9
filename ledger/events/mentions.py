"""Finds a person's phones and user ids where no event about them was read: in a rejected message, a line of a file."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, Literal

from ledger.events.data import BROKEN, anything
from ledger.events.digits import has_other_digits, in_ascii_digits
from ledger.events.envelope import Headers, Unreadable, decode
from ledger.events.phone import split

FoundBy = Literal["phone", "national number", "user id"]
"""By what bytes were found to be about a person. A national number may be that of a phone of another country."""

NameFound = tuple[FoundBy, str]
"""With what was found: the digits of a phone or of its national number, or the user id."""

_BETWEEN = "[^0-9A-Za-z]"
"""What people write between two digits of a phone, up to six times: whatever is no letter, also what is invisible."""

_number = re.compile(f"[0-9]+(?:{_BETWEEN}{{1,6}}[0-9]+)*")
_digits = re.compile("[0-9]+")
_delimiter = re.compile(r"[\s\"',;|]")
_mark = re.compile(r"[\s\"',;|:{}\[\]]")
"""What a user id can stand behind where it counts: a delimiter, or what is before a number in JSON."""
_BETWEEN_MARKS = bytes.maketrans(b"\"',;|:{}[]", b" " * 10)

_MANY = 8
"""From so many phones or user ids on, a text is taken apart at once, and not first looked through for each."""

_ASCII = bytes(range(128))
_LETTERS = bytes(one for one in range(128) if chr(one).isalpha())
_ALONE = bytes.maketrans(_LETTERS, b" " * len(_LETTERS))
_BESIDE = bytes(one for one in range(128) if not chr(one).isalnum())
"""Digits stand by themselves where a letter is between them, and side by side where one of these is."""

_NOT_ALONE = _BESIDE + bytes(range(128, 256))

_NO_DIGITS = bytes(one for one in range(256) if not 0x30 <= one <= 0x39)

_escaped = re.compile(rb"\\u(?!00[89aAc-fC-F]|0[1-5])")
"""JSON's escapes of ASCII, and of what digits of other scripts are among."""

_is_never_escaped = re.compile(r"[\w.:@+-]*", re.ASCII).fullmatch

_LEAST_IN_TEXT = 4
"""Characters of a user id that is looked for in a text: a shorter one is in nearly every text."""


class Mentions:
    """Who is looked for: phones in E.164 and user ids, as they are and as people write them.

    A text takes as long for many people as for some: what can be a phone or a user id in it is looked up. `are_many`:
    so many are looked for that this is done at once.
    """

    def __init__(self, phones: Collection[str], user_ids: Collection[str]) -> None:
        self._user_ids = frozenset(user_ids)
        self.are_many = max(len(phones), len(self._user_ids)) >= _MANY
        self._full = frozenset(phone.removeprefix("+") for phone in phones)
        self._national = frozenset(split(phone)[1] for phone in phones)
        self._longest = max(map(len, self._full), default=0)
        self._beginnings = _Beginnings(self._national)
        self._id_beginnings = _IdBeginnings(self._user_ids)

    @cached_property
    def _digits(self) -> list[bytes]:
        return [one.encode() for one in self._national]

    @cached_property
    def _named(self) -> list[bytes]:
        return [one.encode() for one in self._user_ids]

    @cached_property
    def _may_be_escaped(self) -> bool:
        return not all(map(_is_never_escaped, self._user_ids))

    @cached_property
    def _cells(self) -> "_Cells":
        return _Cells(self._user_ids)

    @cached_property
    def _words(self) -> "_Cells":
        return _Cells([one for one in self._user_ids if len(one) >= _LEAST_IN_TEXT])

    @cached_property
    def _numbers(self) -> list[re.Pattern[str]]:
        """The national numbers as people write them; slow to make, and nothing is looked through for most people."""
        return [re.compile(_spread(one)) for one in self._national]

    def may_be_in(self, content: bytes) -> bool:
        """Whether something of the person can be in these bytes, of one message or of many; a no is sure.

        Quick for much: the digits alone are looked through, whatever stands between them.
        """
        if self.are_many or (b"\\" in content and (self._may_be_escaped or _escaped.search(content))):
            return True
        if b"data_base64" in content or has_other_digits(content.translate(None, _ASCII)):
            return True
        digits = content.translate(None, _NO_DIGITS)
        return any(one in digits for one in self._digits) or any(one in content for one in self._named)

    def may_be_in_lines(self, lines: bytes) -> bool:
        """As `may_be_in`, of whole lines of a file: quick for many people too, as a user id is behind a mark there."""
        if not self.are_many:
            return self.may_be_in(lines)
        if has_other_digits(lines.translate(None, _ASCII)):
            return True
        alone, least = lines.translate(_ALONE, _NOT_ALONE).split(), self._beginnings.length
        return self._beginnings.may_be_in(*[one.decode() for one in alone if len(one) >= least]) or (
            self._id_beginnings.may_be_in(_text(lines))
        )

    def in_message(self, key: bytes | None, headers: Headers, value: bytes | None) -> FoundBy | None:
        """By what a message is about the person; None where nothing of the person is in it."""
        if key is not None and key[:1] == b"+" and key[1:].decode(errors="replace") in self._full:
            return "phone"  # as publishers key their messages: what these say need not be looked at
        around, text = _around(key, headers), _text(value)
        is_plain = "\\" not in text and "data_base64" not in text
        if is_plain and not any(map(self._may_be_in, (text, *around))):
            return None  # most messages are looked at no further
        return self._in_leaves([*_leaves_of(headers, value), *around]) or self._in_text(text, self._words)

    def named_in_message(self, key: bytes | None, headers: Headers, value: bytes | None) -> set[NameFound]:
        """All of them by which a message is about somebody; none where `in_message` finds nothing."""
        around, text = _around(key, headers), _text(value)
        leaves = [*_leaves_of(headers, value), *around]
        found = {named for one in (*leaves, text) for named in self._numbers_named(one)}
        found.update(("user id", one) for one in self._user_ids.intersection(map(str.strip, leaves)))
        found.update(("user id", one) for one in self._words.those_in(text))
        return found

    def in_line(self, line: str) -> FoundBy | None:
        """By what a line of a file is about the person; a short user id counts where it is a cell by itself."""
        return self._in_text(line, self._cells) if self._may_be_in(line) else None

    def _may_be_in(self, text: str) -> bool:
        digits = in_ascii_digits(text)
        if self.are_many:
            return self._beginnings.may_be_in(*_long_numbers(digits, self._beginnings.length)) or (
                self._id_beginnings.may_be_in(text)
            )
        return any(one.search(digits) for one in self._numbers) or any(one in text for one in self._user_ids)

    def _in_text(self, text: str, user_ids: "_Cells") -> FoundBy | None:
        number = self._number_in(text)
        if number != "phone" and user_ids.are_in(text):
            return "user id"
        return number

    def _in_leaves(self, leaves: list[str]) -> FoundBy | None:
        numbers = set(map(self._number_in, leaves))
        if "phone" not in numbers and not self._user_ids.isdisjoint(map(str.strip, leaves)):
            return "user id"
        return "phone" if "phone" in numbers else "national number" if "national number" in numbers else None

    def _number_in(self, text: str) -> FoundBy | None:
        """By which kind of phone a text is about somebody; the full one where there are both."""
        found: FoundBy | None = None
        for found, _ in self._numbers_named(text):
            if found == "phone":
                return found
        return found

    def _numbers_named(self, text: str) -> Iterator[NameFound]:
        for begun, number in _numbers_in(in_ascii_digits(text), self._longest + len("00")):
            if number in self._full:
                yield "phone", number
            if begun > 2 and number.startswith("00") and number[2:] in self._full:
                yield "phone", number[2:]
            if number in self._national:
                yield "national number", number
            if begun > 1 and number[0] == "0" and number[1:] in self._national:
                yield "national number", number[1:]


class _Beginnings:
    """The first characters of some texts, as many as the shortest has: a text without one of them has none of these."""

    def __init__(self, texts: Collection[str]) -> None:
        self.length = min(map(len, texts), default=0)
        self._begun = frozenset(one[: self.length] for one in texts)

    def may_be_in(self, *others: str) -> bool:
        """Whether one of the texts can be in one of others; a no is sure. Takes as long for many texts as for one."""
        if not self._begun:
            return False
        length = self.length
        return not self._begun.isdisjoint(
            [text[at : at + length] for text in others for at in range(len(text) - length + 1)]
        )


class _IdBeginnings(_Beginnings):
    """Those of user ids, each of which stands behind a mark that is none of its own, or is looked for everywhere."""

    def __init__(self, user_ids: Collection[str]) -> None:
        super().__init__(user_ids)
        self._is_behind_marks = self.length > 1 and not any(map(_mark.search, self._begun))

    def may_be_in(self, *others: str) -> bool:
        """As that of any texts, where a user id counts: as a value, or as a cell or word by itself."""
        if not self._is_behind_marks:
            return super().may_be_in(*others)
        length = self.length
        return not self._begun.isdisjoint([one[:length] for text in others for one in _between_marks(text)])


class _Cells:
    """User ids by themselves: between quotes, delimiters, blanks, or the ends of a line."""

    def __init__(self, user_ids: Iterable[str]) -> None:
        every = frozenset(user_ids)
        self._whole = frozenset(one for one in every if not _delimiter.search(one))
        self._with_delimiters = every - self._whole

    def are_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        return next(self.those_in(text), None) is not None

    def those_in(self, text: str) -> Iterator[str]:
        """Those of them that are in a text."""
        if self._whole:
            yield from self._whole.intersection(_delimiter.split(text))
        for one in self._with_delimiters:
            if one in text and _cell(one).search(text):
                yield one


def _numbers_in(text: str, most: int) -> Iterator[tuple[int, str]]:
    """Every number of up to `most` digits that may be meant in a text, and how many digits its first group has."""
    for one in _number.finditer(text):
        groups = _digits.findall(one[0])
        for place, first in enumerate(groups):
            number = first
            for following in (*groups[place + 1 : place + 1 + most], ""):
                if len(number) > most:
                    break
                yield len(first), number
                number += following


def _long_numbers(text: str, least: int) -> list[str]:
    """The digits, without what stands between them, of each place of a text where a number of so many may be."""
    if text.isascii():  # what else stands between them may be longer here than people write it, so more is looked up
        alone = text.encode().translate(_ALONE, _BESIDE).split()
        return [one.decode() for one in alone if len(one) >= least]
    return ["".join(_digits.findall(one)) for one in _number.findall(text) if len(one) >= least]


def _spread(digits: str) -> str:
    return f"{_BETWEEN}{{0,6}}".join(digits)


def _between_marks(text: str) -> list[str]:
    return text.encode().translate(_BETWEEN_MARKS).decode().split() if text.isascii() else _mark.split(text)


def _cell(user_id: str) -> re.Pattern[str]:
    """A user id by itself: between quotes, delimiters, blanks, or the ends of a line."""
    return re.compile(rf"(?:^|[\s\"',;|]){re.escape(user_id)}(?:$|[\s\"',;|])")


def _around(key: bytes | None, headers: Headers) -> list[str]:
    return [_text(part) for part in (key, *(content for _, content in headers)) if part]


def _text(content: bytes | None) -> str:
    return "" if content is None else content.decode(errors="replace")


def _leaves_of(headers: Headers, value: bytes | None) -> list[str]:
    """Every text and number in a message's data, whatever escapes its JSON has; none where it is no JSON."""
    try:
        return list(map(str, leaves(anything(decode(headers, value).data))))
    except (Unreadable, *BROKEN):
        pass
    try:
        return list(map(str, leaves(anything(value or b""))))
    except BROKEN:
        return []


def leaves(found: Any) -> Iterator[str | int | float]:
    """Every text and number in a value of JSON, however deep."""
    match found:
        case dict():
            for member in found.values():
                yield from leaves(member)
        case list():
            for member in found:
                yield from leaves(member)
        case bool() | None:
            return
        case str() | int() | float():
            yield found
