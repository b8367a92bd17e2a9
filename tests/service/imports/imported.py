"""Imports on real drivers: a world, an importer on it, and a file from a text."""

import io
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from ledger.bus.port import Message
from service.imports.columns.choices import Choices
from service.imports.columns.column_choice import ColumnChoice
from service.imports.run.importer import Importer
from service.wiring.imports import importer_parts, imports
from tests.world import World


def silent(stage: str, done: int, total: int) -> None:
    pass


class WorldImports:
    """`bring` imports a text, settles the world, and gives the Import JSON."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._open = ExitStack()
        parts = self._open.enter_context(importer_parts(world.deployment))
        self.folder, self.registry, self.ports, self.limits = parts
        self.importer = Importer(*parts)
        opened = self._open.enter_context(imports(world.deployment, self._publish))
        self.uploads, self.results = opened.uploads, opened.results

    def _publish(self, messages: Sequence[Message]) -> None:
        self.ports.publisher.publish(messages)

    def close(self) -> None:
        self._open.close()

    def bring(self, content: str | bytes, *, again: bool = False, name: str = "people.csv", **choices: Any) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        brought = self.importer.bring(io.BytesIO(raw), name, Choices(**choices), silent, again=again)
        self.world.settle()
        return self.importer.results.show(brought.id)

    def upload(self, content: str | bytes, name: str = "people.csv", by: str | None = None) -> str:
        """Take in a file as an upload; its import's id."""
        raw = content.encode() if isinstance(content, str) else content

        def fill(incoming: Any) -> str:
            incoming.write(raw)
            return name

        return self.uploads.receive(fill, by)

    def checked(self, content: str | bytes, *wanted: ColumnChoice, tags: tuple[str, ...] = (), **options: Any) -> str:
        """An upload that was mapped and checked; its id."""
        id = self.upload(content)
        self.uploads.set_options(id, options)
        self.uploads.tag(id, tags)
        self.uploads.map(id, wanted)
        return self.check(id)

    def check(self, id: str) -> str:
        """Ask for a check, and have the importer do it."""
        self.uploads.check(id)
        self.importer.go_on(id, silent)
        return id

    def run(self, id: str, *, allow_opt_in: bool = False, again: bool = False) -> Any:
        """Confirm, and have it run to its end; the Import JSON."""
        self.uploads.confirm(id, allow_opt_in=allow_opt_in, again=again, by="asha")
        self.importer.go_on(id, silent)
        self.world.settle()
        return self.results.show(id)

    def status(self, id: str) -> Any:
        """Everything told of an import."""
        return self.results.whole(id)

    def rejects(self, document: Any) -> str:
        return "".join(self.importer.results.rejects_csv(document["id"]))
