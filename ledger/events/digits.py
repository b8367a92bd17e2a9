"""Digits of every script, as those of ASCII: people write phones in their own."""

import re
import unicodedata

_PIECE = 1024
"""Characters of a text that are put into NFKC together: a run of marks takes the square of its length."""

_digit = re.compile(r"\d")


def has_other_digits(content: bytes) -> bool:
    """Whether there is a digit that is none of ASCII in bytes without ASCII, of UTF-8 in part."""
    return bool(content) and _digit.search(_nfkc(content.decode(errors="ignore"))) is not None


def in_ascii_digits(text: str) -> str:
    """The text with the digits of every script as those of ASCII, as in `९९६७` or full width."""
    if text.isascii():
        return text
    return _digit.sub(lambda one: str(unicodedata.decimal(one[0])), _nfkc(text))


def _nfkc(text: str) -> str:
    """The text in NFKC as far as digits go, in pieces."""
    return "".join(unicodedata.normalize("NFKC", text[start : start + _PIECE]) for start in range(0, len(text), _PIECE))
