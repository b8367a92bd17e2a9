"""What the files of imports were called, by the imports' ids."""

from collections.abc import Callable
from contextlib import closing

from ledger.sqlite import Connection


def file_names(store: Callable[[], Connection]) -> Callable[[str], str | None]:
    """Gives the name of an import's file; None for an import that is not known. `store()` opens `service.db`."""

    def name(id: str) -> str | None:
        from service.imports.record.registry import ImportUnknown, Registry  # slow to load

        with closing(store()) as connection:
            try:
                return Registry(connection, lambda: 0).get(id).file_name
            except ImportUnknown:
                return None

    return name
