"""The types of attributes, which filters go by (R3)."""

from collections.abc import Iterator

from ledger.events.traits import DEFAULT_TYPES, TraitType, type_of
from projections.indexes import of_attribute, table_of
from projections.predicates import IDENTITIES, decoded, place_of
from projections.reading import StateReader
from projections.search import LIKE_A_DATETIME

_OLDEST = 1_000
"""Contacts among which most attributes have a value; for the others an index is worth asking."""

_KINDS: dict[TraitType, str] = {
    "string": "'text'",
    "datetime": "'text'",
    "number": "'integer', 'real'",
    "boolean": "'true', 'false'",
    "list": "'array'",
}
"""How SQLite names the JSON types of each."""


class AttributeTypes:
    """The types of attributes in a state, by their names."""

    def __init__(self, state: StateReader) -> None:
        self._state = state

    def of(self, name: str) -> TraitType | None:
        """The type of a default attribute, or of the value of the longest known contact that has one.

        None where nobody has a value.
        """
        if name in IDENTITIES:
            return "string"
        if name in DEFAULT_TYPES:
            return DEFAULT_TYPES[name]
        for source in self._sources(name):
            for kind, value in self._state.rows(f"{source} ORDER BY contact LIMIT 1", ()):
                return type_of(decoded(kind, value))
        return None

    def is_mixed(self, name: str) -> bool:
        """Whether somebody has a value of another type. This can look at all contacts."""
        place, type = place_of(name), self.of(name)
        if place is None or type is None:
            return False
        kind, value = place
        other = f"{kind} NOT IN ({_KINDS[type]})"
        if type == "datetime":
            other += f" OR {value} NOT GLOB '{LIKE_A_DATETIME}'"
        return any(self._state.rows(f"SELECT 1 FROM contacts WHERE {kind} NOT NULL AND ({other}) LIMIT 1", ()))

    def _sources(self, name: str) -> Iterator[str]:
        place = place_of(name)
        if place is None:
            return
        kind, value = place
        oldest = f"SELECT * FROM contacts ORDER BY contact LIMIT {_OLDEST}"
        yield f"SELECT {kind}, {value} FROM ({oldest}) WHERE {kind} NOT NULL"
        index = table_of(of_attribute(name))
        in_index, in_all = f"INDEXED BY {index} WHERE {value} NOT NULL", f"WHERE {kind} NOT NULL"
        yield f"SELECT {kind}, {value} FROM contacts {in_index if index in self._state.names() else in_all}"
