"""What became of imports: counts, rejects, and the rejects CSV (R22). Only reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from service.imports.counts import all_rejects, import_json, rejects_json
from service.imports.dialect import shape
from service.imports.files import ImportFolder
from service.imports.ports import Ports
from service.imports.progress import load_progress
from service.imports.refusal import FileRefused
from service.imports.registry import RUNNING, Import, Registry
from service.imports.rejects import Reject, kept_rejects, write_rejects


class Results:
    """The imports of a deployment as they are told to the outside. `folder` holds a folder for each."""

    def __init__(self, folder: Path, registry: Registry, ports: Ports) -> None:
        self._folder = folder
        self._registry = registry
        self._ports = ports

    def show(self, id: str) -> dict[str, Any]:
        """The Import JSON (R22). Raises ImportUnknown."""
        return {**self.counts(id), "rejects": rejects_json(self._rejects(self._registry.get(id)))}

    def all(self) -> list[dict[str, Any]]:
        """The Import JSON of every import without its rejects, newest first."""
        return [self.counts(one.id) for one in self._registry.all()]

    def counts(self, id: str) -> dict[str, Any]:
        """The Import JSON without its rejects; they add up at any moment. Raises ImportUnknown."""
        # the progress is read first: what the split has counted by then cannot be among the outcomes
        progress, confirmed = load_progress(ImportFolder(self._folder / id)), self._registry.get(id)
        is_over = confirmed.state != RUNNING
        duplicate = confirmed.duplicate if is_over else progress.duplicate
        rejected = confirmed.rejected if is_over else progress.rejected
        return import_json(confirmed, self._ports.outcomes(id), duplicate, rejected)

    def write_rejects(self, id: str, out: TextIO) -> None:
        """Write the rejects CSV; `out` is opened with newline="".

        Raises ImportUnknown, FileRefused when the copy of the file is gone.
        """
        folder, confirmed = ImportFolder(self._folder / id), self._registry.get(id)
        source = folder.source
        if not source.exists():
            raise FileRefused(f"The copy of the file of import {id} is gone, and its rejected rows with it.")
        write_rejects(out, source, shape(source), confirmed.columns, self._rejects(confirmed))

    def _rejects(self, confirmed: Import) -> Iterator[Reject]:
        kept = kept_rejects(ImportFolder(self._folder / confirmed.id).rejects)
        return all_rejects(kept, self._ports.rejections(confirmed.id), confirmed.columns)
