"""The end of an import before its own: at once where nothing was published, else at its next mark (R22)."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from service.imports.record.folder import Busy, ImportFolder
from service.imports.registry.lifecycle import ImportState, ImportStep
from service.imports.registry.registry import Import, Registry


def cancel(registry: Registry, imports: Path, id: str, by: str | None) -> None:
    """Have an import stop, as `by` wants, where anybody does. The file of one that was never confirmed is removed.

    Raises ImportUnknown, StepNotAllowed.
    """

    def stopping(one: Import) -> Import:
        if one.state is ImportState.RUNNING:
            return replace(one, is_cancelling=True)
        return replace(one, is_checking=False, revision=one.revision + 1)

    if registry.take(id, ImportStep.CANCEL, stopping, by=by).state is ImportState.CANCELLED:
        folder = ImportFolder(imports / id)
        # whoever is at its check removes it then
        with suppress(Busy), folder.held():
            folder.remove()
