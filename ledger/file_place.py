"""Whether a name still leads to the file that was opened under it."""

from pathlib import Path


class FilePlace:
    """Where an open file lies. What is written to one that was deleted or replaced is seen by nobody."""

    def __init__(self, path: Path) -> None:
        """The file must be open, and stay open for as long as this is asked."""
        self._paths = (path, path.with_name(path.name + "-wal"))
        self._inodes = [_inode(each) for each in self._paths]

    def lost(self) -> Path | None:
        """The name that no longer leads to the open file: its own, or its WAL's; None while all is well."""
        for number, path in enumerate(self._paths):
            found = _inode(path)
            if found != self._inodes[number]:
                if self._inodes[number] is None and found is not None:
                    self._inodes[number] = found  # the WAL is made when the file is first read or written
                    continue
                return path
        return None


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
