"""A whole deployment in a folder, on real drivers, moved by hand: publish, settle, look."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from ledger.bus.port import Message
from ledger.log.entry import Entry
from ledger.log.port import LogReader
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.projector.projection import Projection
from projections.projector.projector import Projector
from projections.projector.rebuild import build_generation
from projections.state.sqlite.reader import StateFileReader
from projections.state.sqlite.writer import StateStore
from service.deployment.deployment import Deployment
from service.queries.contact.find import find
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers
from tests.everybody import everybody

SHOP = "https://shop.example/orders"


class UntilCaughtUp:
    """Stops the consumer's loop once the log has everything that is on the bus."""

    def __init__(self, world: "World", log: Any) -> None:
        self._world = world
        self._log = log

    def is_stopping(self) -> bool:
        with closing(self._world.drivers.bus().reader()) as bus:
            stored = self._log.offsets(bus.bus_id)
            return all(stored.get(partition, begin) == end for partition, (begin, end) in bus.ranges().items())

    def wait(self, seconds: float) -> None:
        pass

    def healthy(self) -> None:
        pass

    def faulty(self, fault: Exception) -> None:
        raise fault


class World:
    """One deployment. Nothing runs in the background: `settle` consumes and projects all there is."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        environ = {"CONTACTS_DATA": str(folder)} | {f"CONTACTS_{name.upper()}": v for name, v in settings.items()}
        self.deployment: Deployment = deployment(environ, None)
        self.drivers = Drivers(self.deployment)
        self._publisher = self.drivers.bus().publisher()
        self._count = 0

    def close(self) -> None:
        self._publisher.close()

    def next_id(self) -> str:
        self._count += 1
        return f"m{self._count}"

    def publish(
        self, values: Iterable[bytes], headers: tuple[tuple[str, bytes], ...] = (), key: bytes | None = None
    ) -> None:
        self._publisher.publish([Message(key, value, headers) for value in values])

    def send(self, type: str, data: Mapping[str, Any], **attributes: str) -> str:
        """Publish an unsigned CloudEvent as an upstream service would; gives its id."""
        event = {"specversion": "1.0", "id": self.next_id(), "source": SHOP, "type": type, **attributes, "data": data}
        self.publish([orjson.dumps(event)])
        return str(event["id"])

    def track(
        self, *, phone: str | None = None, user_id: str | None = None, time: str | None = None, **traits: Any
    ) -> str:
        """Publish a UserTracked."""
        who = {name: value for name, value in (("phone", phone), ("userId", user_id)) if value is not None}
        return self.send("UserTracked", who | {"traits": traits}, **({} if time is None else {"time": time}))

    def tag(self, *tags: str, phone: str | None = None, user_id: str | None = None) -> str:
        """Publish a TagsAdded."""
        who = {"phone": phone} if user_id is None else {"userId": user_id}
        return self.send("TagsAdded", who | {"tags": list(tags)})

    def send_signed(
        self, source: str, type: str, id: str, data: Mapping[str, Any], time: str = "2026-11-22T10:00:00Z"
    ) -> None:
        """Publish a message of the ledger's own."""
        signer = self.drivers.signer()
        self.publish([signer.message(source=source, id=id, type=type, time=time, data=orjson.dumps(data))])

    def consume(self, batch: int = 25_000) -> None:
        """Append everything that is on the bus."""
        with self.drivers.consumer() as consumer:
            replace(consumer, batch=batch).run(UntilCaughtUp(self, consumer.log))

    def project(self, page: int = 10_000) -> None:
        """Fold everything that is in the log."""
        with self.drivers.log_reader() as log:
            projection = Projection(log, self.drivers.generations())
            projection.take_up_rebuilt()
            while projection.advance(page):
                pass
            projection.close()

    def project_orders(self) -> None:
        """Fold everything that is in the log, but reach no contact that an undo or a redo has touched."""
        path = self.drivers.generations().current_path()
        with self.drivers.log_reader() as log, closing(StateStore(path)) as store:
            projector = Projector(log, store)
            while projector.advance():
                pass

    def rebuild(self) -> None:
        """Fold the whole log into a new generation, and use that."""
        with self.drivers.log_reader() as log:
            build_generation(self.drivers.generations(), log)
        self.project()

    def settle(self) -> None:
        """Append and fold everything."""
        self.consume()
        self.project()

    def log(self) -> LogReader:
        """The log, for reading; the caller closes it."""
        return SqliteLogReader(self.deployment.log_path)

    def state(self) -> StateFileReader:
        """The state in use, for reading; the caller closes it."""
        return StateFileReader(self.drivers.generations().current_path())

    def entries(self) -> list[Entry]:
        """The whole log."""
        with closing(self.log()) as log:
            return log.read(0, 1_000_000)

    def contact(self, who: str) -> dict[str, Any]:
        """A contact as JSON, found by id, phone or user id."""
        with closing(self.log()) as log, closing(self.state()) as state:
            found = state.contact(find(log, who).contact)
            assert found is not None
            return contact_document(found)

    def contacts(self) -> list[dict[str, Any]]:
        """All contacts as JSON, in the order they were created."""
        with closing(self.state()) as state:
            return [contact_document(one) for one in everybody(state)]
