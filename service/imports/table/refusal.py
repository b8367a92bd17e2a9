"""Refusals: why a whole file is turned away before anything of it is published."""


class FileRefused(Exception):
    """The file cannot be imported as it is; nothing was published. The message is a sentence for a person."""


class FileTooLarge(FileRefused):
    """The file is over the limit of bytes (R11)."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The file is larger than {most_bytes / (1 << 20):g} MiB; split it into smaller files.")


class NotChecked(FileRefused):
    """Nobody has looked at the file's rows yet."""


class CopyGone(FileRefused):
    """The copy of the file was removed."""


class UnknownEncoding(FileRefused):
    """The bytes are neither UTF-8 nor UTF-16 with a BOM (R24). `lines`: up to three lines read as Windows-1252."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        shown = "\n".join(f"    {line}" for line in lines)
        super().__init__(
            "The file is not UTF-8. Read as Windows-1252 it says:\n"
            f"{shown}\n"
            "If that looks right, import it with --encoding windows-1252; if not, name the right one."
        )
        self.lines = lines


class MappingRefused(FileRefused):
    """The columns cannot be mapped; `faults` names every reason at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
