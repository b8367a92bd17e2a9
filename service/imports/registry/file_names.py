"""What is known of imports, by their ids, for whoever reads no more of `service.db`."""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from ledger.sqlite import Connection

if TYPE_CHECKING:
    from service.imports.registry.registry import Import


def known_imports(store: Callable[[], Connection]) -> "Callable[[str], Import | None]":
    """Gives what is known of an import; None for one that is not known. `store()` opens `service.db`."""

    def known(id: str) -> "Import | None":
        from service.imports.registry.registry import ImportUnknown, Registry  # slow to load

        with closing(store()) as connection:
            try:
                return Registry(connection, lambda: 0).get(id)
            except ImportUnknown:
                return None

    return known


def file_names(store: Callable[[], Connection]) -> Callable[[str], str | None]:
    """Gives the name of an import's file, as `known_imports` gives the import."""
    known = known_imports(store)

    def name(id: str) -> str | None:
        one = known(id)
        return None if one is None else one.file_name

    return name
