"""The types of attributes, which filters go by (R3)."""

from collections.abc import Container, Iterator

from ledger.events.traits import DEFAULT_TYPES, TraitType, type_of
from projections.conditions.condition import IDENTITIES, LIKE_A_DATETIME, trait_of
from projections.state.indexes import of_attribute, table_of
from projections.state.questions import AttributeTypes
from projections.state.sqlite.blocks import Rows, kinds
from projections.state.sqlite.predicates import decoded, place_of

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


class AttributeTypesInFile(AttributeTypes):
    """The types of attributes in a state, by their names."""

    def __init__(self, rows: Rows, there: Container[str], oldest: int = _OLDEST) -> None:
        """`there` are the names of the file's tables and indexes; `oldest` is how many contacts are looked at first."""
        self._rows = rows
        self._there = there
        self._oldest = oldest
        self._shares: dict[str, dict[TraitType, int]] = {}

    def of(self, name: str) -> TraitType | None:
        """The type of a default attribute, or of the value of the longest known contact that has one.

        None where nobody has a value.
        """
        if name in IDENTITIES:
            return "string"
        if name in DEFAULT_TYPES:
            return DEFAULT_TYPES[name]
        for source, parameters in self._sources(name):
            for kind, value in self._rows(f"{source} ORDER BY contact LIMIT 1", parameters):
                return type_of(decoded(kind, value))
        return None

    def has(self, name: str) -> bool:
        """Whether somebody has a value of it."""
        return self.of(name) is not None

    def shares(self, name: str) -> dict[TraitType, int]:
        """How many contacts have a value of which type. Without the index KINDS this looks at all contacts."""
        if name not in self._shares:
            found: dict[TraitType, int] = {}
            for kind in kinds(self._rows, self._there):
                if kind.name == trait_of(name):
                    for type, share in kind.shares.items():
                        found[type] = found.get(type, 0) + share
            self._shares[name] = {type: share for type, share in found.items() if share}
        return self._shares[name]

    def names(self) -> set[str]:
        """All attributes that have a value, and the default ones. Without KINDS this looks at all contacts."""
        return {kind.name for kind in kinds(self._rows, self._there)} | DEFAULT_TYPES.keys()

    def was_cleared(self, name: str) -> bool:
        """Whether somebody's value was taken away. This can look at all contacts."""
        query = "SELECT 1 FROM contacts, json_each(stamps, '$[1]') WHERE key = ? LIMIT 1"
        return any(self._rows(query, (trait_of(name),)))

    def is_mixed(self, name: str) -> bool:
        """Whether somebody has a value of another type. This can look at all contacts."""
        place, type = place_of(name), self.of(name)
        if place is None or type is None:
            return False
        kind, value = place
        other = f"{kind} NOT IN ({_KINDS[type]})"
        if type == "datetime":
            other += f" OR {value} NOT GLOB '{LIKE_A_DATETIME}'"
        return any(self._rows(f"SELECT 1 FROM contacts WHERE {kind} NOT NULL AND ({other}) LIMIT 1", ()))

    def _sources(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        place = place_of(name)
        if place is None:
            yield "SELECT type, value FROM contacts, json_each(traits) WHERE key = ?", (trait_of(name),)
            return
        kind, value = place
        oldest = f"SELECT * FROM contacts ORDER BY contact LIMIT {self._oldest}"
        yield f"SELECT {kind}, {value} FROM ({oldest}) WHERE {kind} NOT NULL", ()
        index = table_of(of_attribute(name))
        in_index, in_all = f"INDEXED BY {index} WHERE {value} NOT NULL", f"WHERE {kind} NOT NULL"
        yield f"SELECT {kind}, {value} FROM contacts {in_index if index in self._there else in_all}", ()
