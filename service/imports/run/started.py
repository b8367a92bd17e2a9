"""What ImportStarted says of an import."""

from typing import Any

from service.imports.columns.choices import without_selection
from service.imports.record.folder import ImportFolder
from service.imports.registry.registry import Import


def kept_start(folder: ImportFolder, confirmed: Import) -> dict[str, Any]:
    """What ImportStarted says, the same to the byte from whichever version goes on."""
    kept: dict[str, Any] | None = folder.load("started")
    if kept is None:
        kept = _started(confirmed)
        folder.save("started", kept, durable=True)
    return kept


def _started(confirmed: Import) -> dict[str, Any]:
    """Of an edit it says what each contact gets, and not by which filter they were chosen, which may name people: an
    erasure cannot take it out of an order that holds for all of its rows. The frozen file has who was chosen.
    """
    choices = {**confirmed.choices.to_json(), **confirmed.columns.to_json()}
    if confirmed.choices.edit is not None:
        choices["edit"] = without_selection(confirmed.choices.edit)
    return {
        "file_name": confirmed.file_name,
        "by": confirmed.by,
        "hash": confirmed.hash,
        "file_sha256": confirmed.file_sha256,
        "choices": choices,
        "rows": confirmed.rows,
        **({} if confirmed.choices.edit is None else {"kind": "edit"}),
        **({} if confirmed.corrects is None else {"corrects": confirmed.corrects}),
    }
