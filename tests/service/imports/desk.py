"""Imports on real drivers: a world, an importer on it, and a file from a text."""

import io
from contextlib import ExitStack
from typing import Any

from service.importing import importing
from service.imports.choices import Choices
from service.imports.importer import Importer
from tests.world import World


def silent(stage: str, done: int, total: int) -> None:
    pass


class Desk:
    """`bring` imports a text, settles the world, and gives the Import JSON."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._open = ExitStack()
        self.importer: Importer = self._open.enter_context(importing(world.deployment))

    def close(self) -> None:
        self._open.close()

    def bring(self, content: str | bytes, *, again: bool = False, name: str = "people.csv", **choices: Any) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        brought = self.importer.bring(io.BytesIO(raw), name, Choices(**choices), silent, again=again)
        self.world.settle()
        return self.importer.results.show(brought.id)

    def rejects(self, document: Any) -> str:
        out = io.StringIO(newline="")
        self.importer.results.write_rejects(document["id"], out)
        return out.getvalue()
