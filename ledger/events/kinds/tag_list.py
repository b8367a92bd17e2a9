"""Lists of tags (R5)."""

from collections.abc import Iterator
from typing import Any

from marshmallow import fields

from ledger.events import tags
from ledger.events.kinds.kind import Found, Kind, kind_of
from ledger.events.tags import MOST_TAGS


class Tags(Kind, fields.List[Any]):
    """A list of tags (R5)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.String(), **options)

    def faults(self, value: object) -> Iterator[Found]:
        if not isinstance(value, list):
            yield (), f'is {kind_of(value)}: give a list of strings, such as ["new customer"]'
        elif len(value) > MOST_TAGS:
            yield (), f"has {len(value)} tags: {MOST_TAGS} are allowed"
        elif self.required and not value:
            yield (), "is empty: give at least one tag"
        else:
            for place, tag in enumerate(value):
                yield from (((place, *path), message) for path, message in _tag_faults(tag))

    def accepts(self, value: object) -> bool:
        if type(value) is not list:
            return not self.required and (value is None or value == "")
        if len(value) > MOST_TAGS or (self.required and not value):
            return False
        for tag in value:
            if type(tag) is not str or not (0 < len(tag) <= tags.MOST_CHARACTERS and tag.isascii()):
                return False
            if not tag.isprintable() or tag.isspace():
                return False
        return True


def _tag_faults(tag: object) -> Iterator[Found]:
    if not isinstance(tag, str):
        yield (), f"is {kind_of(tag)}: a tag is a string"
        return
    try:
        tags.clean(tag)
    except ValueError as fault:
        yield (), str(fault).removeprefix("a tag ")
