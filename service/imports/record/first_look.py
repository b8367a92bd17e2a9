"""The text of an upload and the first look at it, kept together: what a kill comes between is made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.imports.columns.choices import Choices
from service.imports.columns.preview import look
from service.imports.record.folder import ImportFolder
from service.imports.table.refusal import UnknownEncoding

_NAME = "look"


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What an upload comes to, not kept yet. `draft` None: its encoding is not known, and `document` says so."""

    folder: ImportFolder
    draft: Path | None
    document: dict[str, Any]

    def keep(self) -> None:
        """Put it in the place of the one before."""
        self.folder.adopt_source(self.draft)
        self.folder.save(_NAME, self.document, durable=True)


def look_anew(folder: ImportFolder, choices: Choices, known: Mapping[str, str], default_country_code: str) -> FirstLook:
    """Read the upload as chosen. Raises FileRefused for what is no table; an encoding not known is no refusal (R24)."""
    try:
        draft, sheets = folder.draft_source(choices)
    except UnknownEncoding as unknown:
        return FirstLook(folder, None, {"unreadable": list(unknown.lines), "preview": None, "sheets": None})
    preview = look(draft, choices.delimiter, known).to_json(default_country_code)
    return FirstLook(folder, draft, {"unreadable": None, "preview": preview, "sheets": sheets})


def ensure_looked(folder: ImportFolder, look: Callable[[], FirstLook]) -> None:
    """Look once more if the last look was not kept whole."""
    if folder.upload.exists() and folder.load(_NAME) is None:
        look().keep()


def kept_look(folder: ImportFolder) -> dict[str, Any] | None:
    """`unreadable`: lines to judge an encoding by, or None; `preview` as `Preview.to_json`, or None; `sheets` of a
    workbook, or None. None: no look."""
    found: dict[str, Any] | None = folder.load(_NAME)
    return found


def forget_look(folder: ImportFolder) -> None:
    """From now on the choices are others than those it was made with."""
    folder.forget(_NAME)
