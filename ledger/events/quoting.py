"""How a message for a person quotes what was sent: values, and single characters that cannot be seen."""

import unicodedata

_SHOWN = 40
"""Characters of a value that a message shows."""


def shown(value: str) -> str:
    """A value as a message quotes it: whole when it is short."""
    return repr(value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…")


def named(character: str) -> str:
    """A character as a message names it: itself where it can be seen, with its Unicode name where that helps."""
    if character == " ":
        return "a space"
    name = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    if not character.isprintable():
        return name
    return repr(character) if character.isascii() else f"{character!r} ({name})"
