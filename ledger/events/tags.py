"""Tags: how one is written, and when two are the same (R5)."""

import unicodedata

from ledger.events.traits import MOST_COMPOSED

MOST_CHARACTERS = 100

MOST_TAGS = 50
"""In one message, and in one row of a file."""


def clean(tag: str) -> str:
    """NFC, trimmed, every run of spaces one space; 1-100 characters. Raises ValueError saying what to do (R5)."""
    spaced = " ".join(tag.split())
    is_composed = spaced.isascii() or len(spaced) > MOST_COMPOSED * MOST_CHARACTERS
    cleaned = spaced if is_composed else unicodedata.normalize("NFC", spaced)
    if not cleaned:
        raise ValueError("a tag is blank: give it 1-100 characters, or leave it out")
    if len(cleaned) > MOST_CHARACTERS:
        raise ValueError(f"a tag has {len(cleaned)} characters: shorten it to {MOST_CHARACTERS} at most")
    if not cleaned.isprintable():
        _refuse_control_characters(cleaned)
    return cleaned


def fold(tag: str) -> str:
    """The key by which cleaned tags compare: Unicode casefold, so `VIP` is `vip`, `STRASSE` is `straße` (R5)."""
    if tag.isascii():
        return tag.lower()
    return unicodedata.normalize("NFC", tag.casefold())


def _refuse_control_characters(cleaned: str) -> None:
    for character in cleaned:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs"):
            kind = "control character" if category == "Cc" else "lone surrogate"
            raise ValueError(f"a tag has a {kind} (U+{ord(character):04X}): take it out")
