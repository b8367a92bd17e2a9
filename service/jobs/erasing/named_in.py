"""Whether a person is named in a sentence, in a filter, or in the JSON that a filter is kept as."""

import json
import re
from collections.abc import Collection, Iterator

from ledger.events.mentions import Mentions, leaves

_OPERATOR = re.compile(r"[=~<>!]+")
"""What parts the attribute of a condition from its value."""

_ENDING = re.compile(r"\.\w{1,5}$")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
"""What the name of a file has that the name of a person has not."""


class NamedIn:
    """Called with a text: whether it names the person.

    By phone or user id wherever it stands; by one of `values`, the names and email addresses that the person had, where
    that is the whole text, the whole value of a condition or the whole name of a file, in whatever letter case.
    """

    def __init__(self, mentions: Mentions, values: Collection[str]) -> None:
        self._mentions = mentions
        self._values = {value.casefold() for value in values}

    def __call__(self, text: str) -> bool:
        if self._mentions.in_line(text) is not None:
            return True
        return any(map(self._is_value, _parts(text)))

    def _is_value(self, text: str) -> bool:
        plain = text.strip()
        return plain.casefold() in self._values or self._mentions.in_line(plain) is not None


def _parts(text: str) -> Iterator[str]:
    try:
        texts = [one for one in leaves(json.loads(text)) if isinstance(one, str)]
    except (ValueError, RecursionError):
        texts = [text]
    for leaf in texts:
        yield leaf
        yield _BETWEEN_WORDS.sub(" ", _ENDING.sub("", leaf.strip()))  # as the name of a file
        yield _OPERATOR.split(leaf, maxsplit=1)[-1]
