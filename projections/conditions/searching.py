"""What a search without an attribute's name finds (R25): names, e-mails, user ids and phones, whatever the case.

Three characters and more are found anywhere. One or two are found where a word begins: "an" anywhere is in every third
name. Writing without spaces, such as Chinese, begins a word with each character.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from projections.conditions.condition import IDENTITIES, text_of

SEARCHED_TRAITS = ("name", "email")
SEARCHED = (*SEARCHED_TRAITS, *IDENTITIES)
"""What is looked at."""

SHORT = 2
"""Characters up to which a text is found only where a word begins."""

APART = "\x1f"
"""Between what is searched of one contact, in a line of it."""

_BETWEEN = r"\x00-/:-@\[-`{-\x7f\s\u00a0-\u00bf\u2000-\u206f\u3000-\u303f"
_ALONE = r"\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_beginnings = re.compile(rf"(?:(?<![^{_BETWEEN}])|(?=[{_ALONE}]))(?=([^{APART}\n]{{1,{SHORT}}}))").findall
_is_alone = re.compile(f"[{_ALONE}]").match


def folded(text: str) -> str:
    """A text as it is searched: whatever the case, and in one line."""
    return text.casefold().replace("\n", "\x1d")


def is_short(text: str) -> bool:
    """Whether a text is found only where a word begins."""
    return 0 < len(text.casefold()) <= SHORT


def beginnings(line: str) -> set[str]:
    """The one or two characters with which each word of a line begins."""
    return set(_beginnings(line))


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """Matches in a line, which is folded, what a search for the text finds there, and the rest of the line."""
    sought = folded(text)
    is_anywhere = not is_short(text) or _is_alone(sought)
    return re.compile(f"{'' if is_anywhere else f'(?<![^{_BETWEEN}])'}{re.escape(sought)}[^\\n]*")


@dataclass(frozen=True, slots=True)
class Searched:
    """A search, as a condition on one value of what is searched."""

    name: str
    text: str

    def holds_for_value(self, found: Any) -> bool:
        """Whether the text is found in a value; None where the contact has none. In a list it is found in an item."""
        if found is None:
            return False
        find = pattern(self.text).search
        return any(find(folded(text_of(item))) for item in (found if isinstance(found, list) else [found]))
