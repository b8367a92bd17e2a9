"""How far the split of a file has come, kept in the import's folder so that a killed one goes on."""

from dataclasses import asdict, dataclass

from service.imports.record.folder import ImportFolder

_NAME = "progress"
_MARK = "mark"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is before `at` (in the order of publishing) is durable on the bus, its rejects in their file.

    `rank` is the last accepted row's; `phone` and `keeper` are its phone's digits and its index. `rejects_size` is in
    bytes.
    """

    at: int = 0
    rank: int = 0
    phone: int = 0
    keeper: int = 0
    duplicate: int = 0
    rejected: int = 0
    rejects_size: int = 0


def load_progress(folder: ImportFolder) -> Progress:
    """The progress last saved; that of a fresh split if it, or a reject it counts, was lost with the power.

    What is then published once more the log takes only once, as it has the same ids.
    """
    saved = folder.load(_NAME)
    size = folder.rejects.stat().st_size if folder.rejects.exists() else 0
    if not isinstance(saved, dict) or saved.get("rejects_size", 0) > size:
        return Progress()
    return Progress(**saved)


def load_mark(folder: ImportFolder) -> int:
    """Up to where (in the order of publishing) rows may be on the bus, whatever became of who published them."""
    mark = folder.load(_MARK)
    return mark if isinstance(mark, int) else 0


def save_mark(folder: ImportFolder, mark: int) -> None:
    """Keep it before any row up to there is published; it outlives a loss of power."""
    folder.save(_MARK, mark, durable=True)


def save_progress(folder: ImportFolder, progress: Progress, *, durable: bool = False) -> None:
    """Keep it; `durable`: past a loss of power too."""
    folder.save(_NAME, asdict(progress), durable=durable)
