"""A small ledger with something in every table, and every kind of edit that somebody with the files could make."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.belonging import NotOurs
from ledger.sqlite import driver
from projections.projector.projection import Projection
from projections.state.indexes import KINDS, SPELLINGS, TAGS, of_attribute, of_text
from service.deployment.deployment import Deployment
from service.imports.registry.import_order import Order
from service.wiring.deployment import deployment
from service.wiring.ledger import verification
from tests.examples import ASHA, EMMA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import WorldImports
from tests.world import World
from tests.worlds import IS_FULL

FIRST = f"Name,Phone,User ID,City\nGavin,{GAVIN},u1,Pune\nAsha,{ASHA},u2,Goa\nRavi,{RAVI},taken,Agra\n"
SECOND = f"Name,Phone,City\nMeera,{MEERA},Kochi\nEmma,{EMMA},Leeds\n"
OTHERS = ("+919833098331", "+919833098332", "+919833098333", "+919833098334")


def story(world: World) -> None:
    """Traits, tags, an attached and a merged contact, rejected messages, imports done, undone and redone, open rows."""
    one, two, three, four = OTHERS
    world.track(phone=GAVIN, user_id="u0", city="Pune", n=1.5)
    world.track(phone=GAVIN, city=None)
    world.tag("VIP", "new customer", phone=GAVIN)
    world.track(phone=one, name="Chetan")
    world.track(user_id="taken", email="a@b.example")
    world.track(phone=one, user_id="taken")
    world.track(phone=two)
    world.track(phone=two, user_id="u9", since="2022-10-31T14:00:00Z")
    world.track(phone=GAVIN, user_id="u9")
    world.publish([b"no message"])
    world.publish([b"{}"], headers=(("content-type", b"application/json"),))
    world.settle()
    with closing(WorldImports(world)) as imports:
        undone = imports.bring(FIRST, tags=("vip", "first"))
        redone = imports.bring(SECOND, name="others.csv", mode="create")
        for document, is_redo in ((undone, False), (redone, False), (redone, True)):
            imports.importer.order(document["id"], Order(is_redo=is_redo, by="asha", reason="a test"))
            world.settle()
    world.track(phone=ASHA, city="a new holder")
    row = {"phone": three, "match": "phone", "row": 1, "line": 2, "traits": {"city": "Open"}}
    world.send_signed("/imports/by-hand", "UserTracked", "by-hand.000001.u", row)
    world.send_signed("/imports/by-hand", "UserTracked", "by-hand.000002.u", row | {"phone": four, "row": 2})
    world.settle()


def index(world: World) -> None:
    """Make what lists look things up in."""
    generations = world.drivers.generations()
    generations.asked().ask([KINDS, SPELLINGS, TAGS, of_text("city"), of_attribute("city")])
    with world.drivers.log_reader() as log, closing(Projection(log, generations)) as projection:
        projection.index()
        while projection.use_idle_turn():
            pass


@dataclass(frozen=True)
class Edit:
    """What somebody does to one table; `column` is None for whole rows."""

    file: str
    table: str
    column: str | None
    what: str
    statements: tuple[tuple[str, tuple[Any, ...]], ...]

    def __str__(self) -> str:
        return f"{self.file} {self.table}{f'.{self.column}' if self.column else ''}: {self.what}"


class Tampering:
    """A finished ledger, and copies of it to be edited."""

    def __init__(self, folder: Path) -> None:
        self._original, self._copy = folder / "original", folder / "copy"
        with closing(World(self._original)) as world:
            story(world)
            index(world)
            state = world.drivers.generations().current_path()
        self.files = {"log.db": "log.db", "state": str(state.relative_to(self._original)), "service.db": "service.db"}
        for path in self._original.rglob("*.db"):
            with closing(driver.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def opened(self, file: str) -> Any:
        """A connection to the unedited file; read only what is there."""
        return closing(driver.connect(self._original / self.files[file]))

    def tables(self, file: str) -> list[str]:
        """The tables of a file; of service.db only that of the imports is held against the log."""
        if file == "service.db":
            return ["imports"]
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        with self.opened(file) as connection:
            return [name for (name,) in connection.execute(query)]

    def columns(self, file: str, table: str) -> list[str]:
        """The columns of a table."""
        with self.opened(file) as connection:
            return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]

    def faults(self, edit: Edit | None) -> list[tuple[int, str]] | None:
        """What verify finds in a copy that was edited so; None where SQLite refuses the edit, or it changes nothing."""
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._original, self._copy)
        if edit is not None and not self._apply(edit):
            return None
        try:
            report = verification(deployment({"CONTACTS_DATA": str(self._copy)}, None)).run()
        except NotOurs as refused:  # said by every command, before it looks any further
            return [(0, str(refused))]
        assert report.ok == (not report.faults)
        return [(fault.position, fault.fault) for fault in report.faults]

    def copied(self, folder: Path) -> Deployment:
        """A copy of the ledger, to do with as one likes."""
        shutil.copytree(self._original, folder)
        return deployment({"CONTACTS_DATA": str(folder)}, None)

    def _apply(self, edit: Edit) -> bool:
        """Triggers are no hindrance to somebody who has the file, and are there again afterwards."""
        with closing(driver.connect(self._copy / self.files[edit.file], isolation_level=None)) as connection:
            connection.create_function("tag_fold", 1, str.casefold, deterministic=True)
            before = connection.execute(f"SELECT * FROM {edit.table}").fetchall()
            guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            try:
                for statement, parameters in edit.statements:
                    connection.execute(statement, parameters)
            except driver.Error:
                return False
            for _, declaration in guards:
                connection.execute(declaration)
            return before != connection.execute(f"SELECT * FROM {edit.table}").fetchall()

    def edits(self, file: str, table: str, chance: random.Random) -> Iterator[Edit]:
        """Every kind of edit of every column, and of whole rows: at the first, the last and some other row."""
        with self.opened(file) as connection:
            layout = connection.execute(f"PRAGMA table_info({table})").fetchall()
            columns, key = [one[1] for one in layout], [one[1] for one in layout if one[5]] or ["rowid"]
            rows = connection.execute(f"SELECT {', '.join(key + columns)} FROM {table}").fetchall()
        at = " AND ".join(f"{name} = ?" for name in key)
        for number, column in enumerate(columns, len(key)):

            def change(row: Any, value: Any, what: str, column: str = column) -> Edit:
                statement = (f"UPDATE {table} SET {column} = ? WHERE {at}", (value, *row[: len(key)]))
                return Edit(file, table, column, f"{what} in row {row[: len(key)]}", (statement,))

            filled = [row for row in rows if row[number] is not None]
            for row in _some(filled, chance):
                for value in others(row[number]):
                    yield change(row, value, f"{row[number]!r:.60} made {value!r:.60}")
                yield change(row, None, "made NULL")
            for row in _some([row for row in rows if row[number] is None], chance)[:1]:
                for value in (1, b"\x01", "x"):
                    yield change(row, value, "was NULL")
            different = [(one, other) for one in filled for other in filled if one[number] != other[number]]
            for one, other in chance.sample(different, min(1, len(different))):
                both = change(one, other[number], ""), change(other, one[number], "")
                yield Edit(file, table, column, "swapped", tuple(edit.statements[0] for edit in both))
        for row in _some(rows, chance):
            place = row[: len(key)]
            yield Edit(file, table, None, f"row {place} removed", ((f"DELETE FROM {table} WHERE {at}", place),))
            for value in others(row[0]):
                values = ", ".join("?" * len(columns))
                copied = [value if name == key[0] else row[len(key) + n] for n, name in enumerate(columns)]
                insert = (f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})", tuple(copied))
                yield Edit(file, table, None, f"row {place} copied as {value!r}", (insert,))


def _some(rows: list[Any], chance: random.Random) -> list[Any]:
    chosen = [rows[0], rows[-1], chance.choice(rows)] if rows else []
    different = [row for number, row in enumerate(chosen) if row not in chosen[:number]]
    return different if IS_FULL else chance.sample(different, min(2, len(different)))


STATES = ("uploaded", "mapped", "checked", "published", "cancelled", "failed")


def others(value: Any) -> list[Any]:
    """Values of the same type that say something else."""
    if isinstance(value, int | float):
        return [value + 1, value - 1]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:] if value else b"\x01"]
    with suppress(ValueError):
        document = json.loads(value)
        if isinstance(document, list | dict):
            return [json.dumps(_other_document(document), separators=(",", ":")), "{", "[]"]
    return [value + "x", *(STATES if value in STATES else ())]


def _other_document(document: Any) -> Any:
    if isinstance(document, dict):
        name = next(iter(document), None)
        return {"city": 1} if name is None else {**document, name: _other_document(document[name])}
    if isinstance(document, list):
        return [1] if not document else [_other_document(document[0]), *document[1:]]
    return document + 1 if isinstance(document, int | float) else "other"
