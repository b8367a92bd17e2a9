"""Refusals: why a whole file is turned away before anything of it is published."""

from service.imports.table.wording import OF_CALL, Words, worded


class FileRefused(Exception):
    """The file cannot be imported as it is; nothing was published. The message is a sentence for a person.

    `advice` is what to do about it, a template (`service.imports.table.wording`); `str` has it in the words of a call.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def as_sentence(self, words: Words) -> str:
        """Message and advice, as their reader is told them."""
        return f"{self.message} {worded(self.advice, words)}" if self.advice else self.message

    def __str__(self) -> str:
        return self.as_sentence(OF_CALL)


class FileTooLarge(FileRefused):
    """The file is over the limit of bytes (R11)."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The file is larger than {most_bytes / (1 << 20):g} MiB; split it into smaller files.")


class TooManyRows(FileRefused):
    """There are more rows than one import may have (R11); `most` is the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The file has more than {most:,} rows; split it into smaller files.")
        self.most = most


class TooManyChosen(FileRefused):
    """A selection has more contacts than one change may be about (R11)."""

    def __init__(self, most: int) -> None:
        super().__init__(f"More than {most:,} contacts are chosen: add a filter, and change them in parts.")


class NotChecked(FileRefused):
    """Nobody has looked at the file's rows yet."""


class CopyGone(FileRefused):
    """The copy of the file was removed, or damaged."""


class UnknownEncoding(FileRefused):
    """The bytes are neither UTF-8 nor UTF-16 with a BOM (R24). `lines`: up to three lines read as Windows-1252."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        shown = "\n".join(f"    {line}" for line in lines)
        super().__init__(
            f"The file is not UTF-8. Read as Windows-1252 it says:\n{shown}\n",
            "If that looks right, import it with {encoding} windows-1252; if not, name the right one.",
        )
        self.lines = lines


class MappingRefused(FileRefused):
    """The columns cannot be mapped; `faults` names every reason at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
