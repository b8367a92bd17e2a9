"""Erasing contacts: the one list of places that can hold something of a person, each with its driver (R31)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from ledger.bus.port import Emptying, Message, Publisher, Record
from ledger.events.envelope import Unreadable, decode
from ledger.events.signing import Signer
from ledger.events.types import IMPORTS
from ledger.log.erasure import Emptied, Erasure, Sought
from ledger.log.port import LogReader
from ledger.log.questions import IMPORT, ROW
from ledger.sqlite import Connection
from ledger.storage import NotMadeYet
from ledger.wal import cut_whole_of, overwrite_whole, overwrite_whole_of
from projections.state.building import discard
from service.commands.deadline import DEADLINE
from service.commands.readmit_person import Readmitting
from service.deployment.deployment import Deployment
from service.deployment.locks import Held, holding
from service.deployment.tables.erasures import ErasureTable
from service.deployment.tables.named_texts import forget_texts
from service.imports.registry.registry import Registry
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.import_files import forget_in_imports, remove_if_named
from service.jobs.erasing.named_in import NamedIn
from service.jobs.erasing.on_the_bus import searched
from service.jobs.erasing.places import LOG, READ, ErasedPlace, NotYet
from service.jobs.erasing.sought_people import SoughtPeople
from service.jobs.exports.exports import ExportFolder
from service.wiring.drivers import Drivers, now

_ON_THE_TOPIC = (
    "Messages that were taken stay on the topic until its retention ends, for whoever may read it; none of them is"
    " taken again."
)


@contextmanager
def erasing(deployment: Deployment, source: str) -> Iterator[Erasing]:
    """What erases contacts, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    with closing(drivers.store()) as store, closing(drivers.bus().publisher()) as publisher:
        yield erasing_over(drivers, source, publisher, store)


def erasing_over(drivers: Drivers, source: str, publisher: Publisher, store: Connection) -> Erasing:
    """The same over a publisher and a connection to `service.db` that stay open for as long as it is used."""

    def publish(messages: Sequence[Message]) -> None:
        publisher.publish(messages, DEADLINE)

    return Erasing(
        source,
        drivers.log(),
        ErasureTable(store),
        drivers.signer(),
        publish,
        partial(places, drivers, store),
        drivers.ids(),
        now,
        drivers.deployment.data / "erasures" / "places.lock",
    )


@contextmanager
def readmitting(deployment: Deployment, source: str) -> Iterator[Readmitting]:
    """What lets people in again who are kept out, for the length of a block; `source` is that of its orders."""
    drivers = Drivers(deployment)
    with closing(drivers.bus().publisher()) as publisher:
        yield readmitting_over(drivers, source, publisher)


def readmitting_over(drivers: Drivers, source: str, publisher: Publisher) -> Readmitting:
    """The same over a publisher that stays open for as long as it is used."""

    def publish(message: Message) -> None:
        publisher.publish([message], DEADLINE)

    return Readmitting(source, drivers.log_reader, drivers.signer(), publish, drivers.ids(), now)


def places(drivers: Drivers, store: Connection, sought: Mapping[int, Sought]) -> Sequence[ErasedPlace]:
    """Where something of people can be, in a data folder and beside it; each by the position of the erasure.

    The bus, which nothing here fills, is gone through while the projector is at work.
    """
    data, people = drivers.deployment.data, SoughtPeople(sought)
    last, names = people.positions[-1], people.names
    return (
        ErasedPlace(LOG, partial(_log, drivers), is_source=True),
        ErasedPlace("bus", partial(_bus, drivers, people)),
        ErasedPlace("state", partial(_state, drivers, last), is_source=True),
        ErasedPlace("past states", partial(_discarded, data / "past", "at-*.db")),
        ErasedPlace("exports", partial(_exports, drivers, last, names)),
        ErasedPlace("verify", partial(_discarded, data / "verify", "*.building")),
        ErasedPlace("audit runs", partial(_removed, data / "audits", names)),
        ErasedPlace("imports", partial(_imports, drivers, store, people)),
        ErasedPlace("service.db", partial(_service, store, names)),
    )


def _log(drivers: Drivers) -> None:
    """The append has emptied the entries; what was in their place is also in the log's WAL.

    And between its rows: that is overwritten last, when the log forgets whom to look for.
    """
    if not cut_whole_of(drivers.deployment.log_path):
        raise NotYet(READ)


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
                    reached, has_lines = state.checkpoint().position, state.has_erased_lines()
            except NotMadeYet as fault:
                raise NotYet(str(fault)) from None
            if reached < position:
                raise NotYet(f"the projector is at position {reached} of {position}")
            if has_lines:
                raise NotYet("the projector writes the full-text index anew")
            for path in generations.folder.glob("contacts-*.db"):
                if path != generations.path(number):
                    discard(path)
        if not overwrite_whole_of(generations.path(number)):
            raise NotYet(READ)


def _bus(drivers: Drivers, people: SoughtPeople) -> str | None:
    """Messages before the orders: what names the people, and what is emptied in the log, whoever has the phone now."""
    bus, signer = drivers.bus(), drivers.signer()
    with drivers.log_reader() as log:
        known = log.bus()
        taken = max(log.offsets(known).values(), default=0) if known is not None else 0
        names = log.erased_names() if people.is_shared else set()
        before = min(taken, people.last_offset)
        among = searched(bus, log, [one.emptied for one in _erasures_of(log, people)], before)

    def is_meant(record: Record) -> bool:
        return people.are_in(record) or (bool(names) and _name_of(record, signer) in names)

    def may_be_in(content: bytes) -> bool:
        return bool(names) or people.mentions.may_be_in(content)

    match bus.erase(is_meant, signer.emptied, before, may_be_in, among):
        case Emptying.NOT_YET:
            raise NotYet(READ)
        case Emptying.IMPOSSIBLE:
            return _ON_THE_TOPIC
        case Emptying.DONE:
            return None


def _name_of(record: Record, signer: Signer) -> bytes | None:
    try:
        envelope = decode(record.headers, record.value)
    except Unreadable:
        return None
    return signer.of_erased(envelope.source, envelope.id)


def _discarded(folder: Path, pattern: str) -> None:
    """What is only kept to be quicker the next time."""
    if folder.is_dir():
        with _free(folder):
            for path in folder.glob(pattern):
                discard(path)


def _removed(folder: Path, names: NamedIn) -> None:
    remove_if_named(folder, names)
    _discarded(folder, "*.building")


def _exports(drivers: Drivers, position: int, names: NamedIn) -> None:
    """Files that were frozen before the erasure, and what was asked for by the person's phone, name or email."""
    folder = ExportFolder(drivers.deployment.data / "exports")
    for id in folder.ids():
        asked, made = folder.asked(id), folder.made(id)
        if asked is None:
            continue
        if made is None:
            raise NotYet(f"export {id} is being made")
        if made.position is not None and made.position < position:
            folder.file(asked).unlink(missing_ok=True)
    remove_if_named(folder.path, names)


def _imports(drivers: Drivers, store: Connection, people: SoughtPeople) -> None:
    """Rows that the entries came of which the erasures emptied, and others that name the people."""
    with drivers.log_reader() as log:
        rows = _rows_of(log, log.emptied_together(people.positions))
    forget_in_imports(drivers.deployment.data / "imports", Registry(store, now), people.in_files(rows))


def _erasures_of(log: LogReader, people: SoughtPeople) -> list[Erasure]:
    wanted = set(people.positions)
    return [one for one in log.erasures(people.positions[-1], people.positions[0] - 1) if one.position in wanted]


def _rows_of(log: LogReader, emptied: Emptied) -> dict[str, set[int]]:
    """The rows of files that emptied entries came of, by import id."""
    by_source = defaultdict[int, set[int]](set)
    for entry in log.emptied_rows(emptied):
        source, row = entry[IMPORT], entry[ROW]
        if source is not None and row is not None:
            by_source[source].add(row)
    names = {source: log.source_name(source) for source in by_source}
    return {name.removeprefix(IMPORTS): by_source[source] for source, name in names.items() if name is not None}


def _service(store: Connection, names: NamedIn) -> None:
    """Sentences and saved filters that name the person, and then what was in their place."""
    forget_texts(store, names)
    if not overwrite_whole(store):
        raise NotYet(READ)


@contextmanager
def _free(folder: Path) -> Iterator[None]:
    """For the length of a block nobody builds a state in a folder. Raises NotYet while somebody does."""
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(folder / "building.lock"))
        except Held:
            raise NotYet("a state is being built beside the one in use") from None
        yield
