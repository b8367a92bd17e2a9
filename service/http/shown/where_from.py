"""Where events came from, for calls and pages: as the log says it, and for older imports as `service.db` does."""

from collections.abc import Callable

from ledger.log.port import LogReader
from service.http.services import Services
from service.imports.registry.registry import ImportUnknown
from service.queries.contact.origins import Origins


def origins_in(services: Services, log: LogReader) -> Origins:
    """What adds origins to what is told of the events of this log."""
    return Origins(log, file_names(services))


def file_names(services: Services) -> Callable[[str], str | None]:
    """What the files of imports were called, by the imports' ids."""

    def file_name(id: str) -> str | None:
        with services.imports() as imports:
            try:
                return imports.results.known(id).file_name
            except ImportUnknown:
                return None

    return file_name
