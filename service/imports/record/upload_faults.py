"""What keeps an upload from going its next step, beside what is wrong with its file."""

from service.imports.table.refusal import FileRefused


class EncodingNeeded(FileRefused):
    """Nothing can be mapped before the encoding of the file is confirmed (R24)."""

    def __init__(self, id: str) -> None:
        super().__init__(
            f"The file of import {id} is not UTF-8. If the lines shown with it look right, confirm the encoding "
            "windows-1252; if not, name the right one."
        )


class NothingCorrected(FileRefused):
    """No row of an import is other than it was; the message says so."""

    def __init__(self, of: str) -> None:
        super().__init__(f"No rejected row of import {of} is corrected: there is nothing to check again.")


class AlreadyImported(Exception):
    """The same file was imported with the same choices before (R23); `earlier` is that import's id."""

    def __init__(self, earlier: str) -> None:
        super().__init__(
            f"Import {earlier} has brought the same file with the same choices; nothing would change. "
            "Confirm with `again` to import it once more."
        )
        self.earlier = earlier
