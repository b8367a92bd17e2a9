"""Items set aside by group, more of them than memory would hold, and taken back group by group."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from os import pread
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar

import msgspec

Item = TypeVar("Item")


class Spool(Generic[Item]):
    """One file, written in blocks. It has no name, so nothing of it outlives this process, however that ends."""

    def __init__(self, folder: Path, kind: Any) -> None:
        """`folder` is where there is room on disk; `kind` is the type of an item, one that MessagePack can carry.

        A bare `tuple` of plain values is taken back in half the time of one whose types are named.
        """
        self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 it lives as long as this object
        self._blocks: dict[int, array[int]] = defaultdict(lambda: array("Q"))  # start and length, one after the other
        self._end = 0
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[kind]).decode

    def put(self, group: int, items: list[Item]) -> None:
        """Set items aside behind the others of their group. Raises OSError when the disk is full."""
        block = memoryview(self._encode(items))
        self._blocks[group].extend((self._end, len(block)))
        self._end += len(block)
        while block:
            block = block[self._file.write(block) :]

    def take(self, group: int) -> Iterator[list[Item]]:
        """The items of a group, as they were put there, block by block."""
        blocks = self._blocks[group]
        for start, length in zip(blocks[::2], blocks[1::2], strict=True):
            yield self._decode(pread(self._file.fileno(), length, start))

    def close(self) -> None:
        """Give the room on disk back."""
        self._file.close()
