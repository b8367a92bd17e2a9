"""The two kinds of bus the contract is tried on, and what can befall each of them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kafka import KafkaAdminClient, TopicPartition

from ledger import sqlite
from ledger.bus.open import open_bus
from ledger.bus.port import Bus
from ledger.bus.sqlite import renew
from tests.brokers import Broker, ContainerBroker, JavaBroker, eventually


class SqlitePlace:
    """A bus file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "bus"
        self._folder.mkdir()
        self.file = self._folder / "bus.db"
        self.url = f"sqlite:{self.file}"

    def bus(self) -> Bus:
        return open_bus(self.url)

    def make_anew(self) -> None:
        renew(self.file)

    def cut_before(self, offset: int) -> None:
        connection = sqlite.connect(self.file)
        connection.execute("DELETE FROM batches WHERE first < ?", [offset])
        connection.close()

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """For the length of a block somebody reads the bus as it was at its beginning."""
        connection = sqlite.connect(self.file)
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM batches").fetchone()
        yield
        connection.close()

    def stop(self) -> None:
        """A plain file stands where the folder was: the bus file can be neither reached nor made anew."""
        self._folder.rename(self._folder.with_suffix(".away"))
        self._folder.write_text("in the way")

    def start(self) -> None:
        self._folder.unlink()
        self._folder.with_suffix(".away").rename(self._folder)

    def close(self) -> None:
        pass


class KafkaPlace:
    """A topic of its own on a broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._stopped = False
        self.topic = f"contacts-{uuid.uuid4().hex[:12]}"
        self.url = f"kafka://{broker.bootstrap}/{self.topic}"

    def bus(self) -> Bus:
        return open_bus(self.url)

    def admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self._broker.bootstrap)

    def make_anew(self) -> None:
        with self.admin() as admin:
            admin.delete_topics([self.topic])
            eventually(lambda: self.topic not in admin.list_topics(), 10, "the topic is deleted")
        self.bus().reader().close()

    def cut_before(self, offset: int) -> None:
        with self.admin() as admin:
            admin.delete_records({TopicPartition(self.topic, 0): offset})

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """For the length of a block somebody reads the bus; a topic has no past that could be in the way."""
        reader = self.bus().reader()
        reader.seek({})
        yield
        reader.close()

    def stop(self) -> None:
        assert isinstance(self._broker, JavaBroker | ContainerBroker)
        self._stopped = True
        self._broker.stop()

    def start(self) -> None:
        assert isinstance(self._broker, JavaBroker | ContainerBroker)
        self._broker.start()
        self._stopped = False

    def close(self) -> None:
        if self._stopped:
            self.start()
        with suppress(Exception), self.admin() as admin:
            admin.delete_topics([self.topic])


Place = SqlitePlace | KafkaPlace
