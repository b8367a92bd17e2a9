"""The imports, opened for one call; what cannot be done with one is answered with the state that it is in."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Response, g

from service.api.http.import_problems import already_imported, not_allowed, not_ordered
from service.api.http.routing import json_answer
from service.http.services import Services
from service.imports.imports import Imports
from service.imports.record.upload_faults import AlreadyImported
from service.imports.record.uploads import Uploads
from service.imports.registry.import_order import Order, UndoNotPossible
from service.imports.registry.lifecycle import StepNotAllowed


class OpenedImports:
    """Opens the imports for one call; what cannot be done with one is answered with the state that it is in."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @contextmanager
    def __call__(self) -> Iterator[Imports]:
        with self._services.imports() as found:
            try:
                yield found
            except StepNotAllowed as fault:
                raise not_allowed(fault, found.results.counts(fault.import_id)["state"]) from fault
            except AlreadyImported as fault:
                raise already_imported(fault, found.results.counts(fault.earlier)["state"]) from fault
            except UndoNotPossible as fault:
                raise not_ordered(fault, found.results.status(fault.import_id)) from fault

    def after(self, id: str, step: Callable[[Uploads], None], status: int = 200) -> Response:
        """The import as a step leaves it."""
        with self() as found:
            step(found.uploads)
            return import_answer(found, id, status)

    def confirmed(self, id: str, said: Mapping[str, Any]) -> Response:
        """The import that somebody who calls now wants to run."""
        return self.after(id, lambda uploads: uploads.confirm(id, **said, by=f"key {g.key.id}"), 202)

    def cancelled(self, id: str) -> Response:
        """The import that somebody who calls now wants to stop."""
        return self.after(id, lambda uploads: uploads.cancel(id, f"key {g.key.id}"), 202)

    def ordered(self, id: str, said: Mapping[str, Any], *, is_redo: bool) -> Response:
        """The import once an undo or a redo of it is on the disk of the bus."""
        with self() as found:
            found.orders.give(id, Order(is_redo=is_redo, by=f"key:{g.key.name}", **said))
            return import_answer(found, id, 202)


def import_answer(found: Imports, id: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Everything about an import."""
    return json_answer(found.results.whole(id), status, headers)
