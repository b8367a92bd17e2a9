"""Erasing contacts: the one list of places that can hold something of a person, each with its driver (R31)."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from ledger.bus.port import BusError, Emptying, Message, Publisher
from ledger.events.mentions import Mentions
from ledger.sqlite import Connection
from ledger.storage import NotMadeYet
from ledger.wal import cut_whole, cut_whole_of
from projections.state.building import discard
from service.commands.track import DEADLINE
from service.deployment.deployment import Deployment
from service.deployment.erasures import ErasureTable, PendingErasure, forget_texts
from service.imports.record.registry import Registry
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.import_files import forget_in_imports, remove_if_mentioned
from service.jobs.erasing.places import ErasedPlace, NotYet
from service.wiring.drivers import Drivers, now
from service.wiring.exports import export_folder

_ON_THE_TOPIC = (
    "Messages that were taken stay on the topic until its retention ends, for whoever may read it; none of them is"
    " taken again."
)
_READ = "somebody reads it: the pages of before are cut off when that is done"


@contextmanager
def erasing(deployment: Deployment, source: str, publisher: Publisher | None = None) -> Iterator[Erasing]:
    """What erases contacts, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    with closing(drivers.store()) as store, closing(publisher or drivers.bus().publisher()) as sender:
        yield erasing_over(drivers, source, sender, store)


def erasing_over(drivers: Drivers, source: str, publisher: Publisher, store: Connection) -> Erasing:
    """The same over a publisher and a connection to `service.db` that stay open for as long as it is used."""

    def publish(message: Message) -> None:
        publisher.publish([message], DEADLINE)

    return Erasing(
        source,
        drivers.log_reader,
        ErasureTable(store),
        drivers.signer(),
        publish,
        partial(places, drivers, store),
        drivers.ids(),
        now,
    )


def places(drivers: Drivers, store: Connection, pending: PendingErasure, position: int) -> Sequence[ErasedPlace]:
    """Where something of a person can be, in a data folder and beside it; `position` is the erasure's in the log."""
    data, mentions = drivers.deployment.data, Mentions(pending.phones, pending.user_ids)
    return (
        ErasedPlace("log", partial(_log, drivers), is_source=True),
        ErasedPlace("state", partial(_state, drivers, position), is_source=True),
        ErasedPlace("bus", partial(_bus, drivers, mentions)),
        ErasedPlace("past states", partial(_discarded, data / "past", "at-*.db")),
        ErasedPlace("exports", partial(_exports, drivers, position, mentions)),
        ErasedPlace("verify", partial(_discarded, data / "verify", "*.building")),
        ErasedPlace("audit runs", partial(_removed, data / "audits", mentions)),
        ErasedPlace("imports", lambda: forget_in_imports(data / "imports", Registry(store, now), mentions)),
        ErasedPlace("service.db", partial(_service, store, mentions)),
    )


def _log(drivers: Drivers) -> None:
    """The append has emptied the entries; what was in their place is also in the log's WAL."""
    if not cut_whole_of(drivers.deployment.log_path):
        raise NotYet(_READ)


def _state(drivers: Drivers, position: int) -> None:
    """The projector takes the contact out of the state in use; the generations before and beside it go."""
    generations = drivers.generations()
    number = generations.current()
    if number is not None:
        with _free(generations.folder):
            if generations.waiting() is not None:
                raise NotYet("a rebuilt state waits to be taken up by the projector")
            try:
                with generations.state(number).reading() as state:
                    reached = state.checkpoint().position
            except NotMadeYet as fault:
                raise NotYet(str(fault)) from None
            if reached < position:
                raise NotYet(f"the projector is at position {reached} of {position}")
            for path in generations.folder.glob("contacts-*.db"):
                if path != generations.path(number):
                    discard(path)
        if not cut_whole_of(generations.path(number)):
            raise NotYet(_READ)


def _bus(drivers: Drivers, mentions: Mentions) -> str | None:
    bus = drivers.bus()
    with drivers.log_reader() as log:
        known = log.bus()
        taken = max(log.offsets(known).values(), default=0) if known is not None else 0

    def is_meant(message: Message) -> bool:
        return mentions.in_message(message.key, message.headers, message.value) is not None

    match bus.erase(is_meant, drivers.signer().emptied, taken, mentions.may_be_in):
        case Emptying.NOT_YET:
            raise NotYet(_READ)
        case Emptying.IMPOSSIBLE:
            return _ON_THE_TOPIC
        case Emptying.DONE:
            return None


def _discarded(folder: Path, pattern: str) -> None:
    """What is only kept to be quicker the next time."""
    if folder.is_dir():
        with _free(folder):
            for path in folder.glob(pattern):
                discard(path)


def _removed(folder: Path, mentions: Mentions) -> None:
    remove_if_mentioned(folder, mentions)
    _discarded(folder, "*.building")


def _exports(drivers: Drivers, position: int, mentions: Mentions) -> None:
    """Files that were frozen before the erasure, and what was asked for by the person's phone."""
    folder = export_folder(drivers.deployment)
    for id in folder.ids():
        asked, made = folder.asked(id), folder.made(id)
        if asked is None:
            continue
        if made is None:
            raise NotYet(f"export {id} is being made")
        if made.position is not None and made.position < position:
            folder.file(asked).unlink(missing_ok=True)
    remove_if_mentioned(folder.path, mentions)


def _service(store: Connection, mentions: Mentions) -> None:
    """Sentences and saved filters that name the person, and then what was in their place."""
    forget_texts(store, lambda text: mentions.in_line(text) is not None)
    if not cut_whole(store):
        raise NotYet(_READ)


@contextmanager
def _free(folder: Path) -> Iterator[None]:
    """For the length of a block nobody builds a state in a folder. Raises NotYet while somebody does."""
    descriptor = os.open(folder / "building.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotYet("a state is being built beside the one in use") from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def go_on_with_erasures(drivers: Drivers, store: Connection) -> Iterator[Callable[[], None]]:
    """What finishes erasures that were broken off, or that had to wait; passing faults are for the next time."""
    with closing(drivers.bus().publisher()) as publisher:
        work = erasing_over(drivers, "/cli", publisher, store)

        def go_on() -> None:
            with suppress(BusError):
                work.go_on()

        yield go_on
