"""What becomes of one record: a row, or every fault that it has."""

from collections.abc import Sequence

import msgspec
import orjson

from service.imports.rows.reasons import RowFault

WITHOUT_PHONE = 10**18
"""Numbers from here on stand for rows of an edit that have no phone but a user id; E.164 has 15 digits at most."""


def e164(number: int) -> str | None:
    """A row's phone; None where it has none."""
    return f"+{number}" if number < WITHOUT_PHONE else None


class Row(msgspec.Struct, frozen=True, gc=False):
    """What an accepted record says besides its phone; `user_id` None: not given. `traits_json` is an object.

    `tags_json` is the list of all its tags, None where no column says any and it has those of the upload alone.
    """

    user_id: str | None
    traits_json: str
    tags_json: str | None = None

    @property
    def traits(self) -> dict[str, object]:
        """Its values by attribute."""
        traits: dict[str, object] = orjson.loads(self.traits_json)
        return traits


class RowRejected(Exception):
    """A record that is not taken, with every fault it has."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(", ".join(fault.reason for fault in faults))
        self.faults = tuple(faults)
