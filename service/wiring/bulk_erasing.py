"""Erasures of many contacts: who asks for one, what works on them, and the rule for whoever has no event (R31)."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial

from ledger.bus.port import BusError
from ledger.sqlite import Connection
from service.deployment.tables.audit_trail import Act, record
from service.deployment.tables.bulk_erasure_table import BulkErasureTable
from service.deployment.tables.erasures import ErasureTable
from service.imports.registry.named_once import named_once
from service.jobs.erasing.bulk_eraser import BulkEraser
from service.jobs.erasing.bulk_erasures import BulkErasures
from service.jobs.erasing.by_selection import SelectedPeople
from service.jobs.erasing.counted_contacts import CountedContacts
from service.jobs.erasing.erasing import Erasing
from service.jobs.erasing.rests import Rests
from service.jobs.erasing.retention import Retention
from service.wiring.drivers import Drivers, now
from service.wiring.erasing import erasing_over


@contextmanager
def go_on_with_erasures(drivers: Drivers) -> Iterator[Callable[[], None]]:
    """What finishes erasures that were broken off or had to wait, and works on those of many contacts.

    Faults of the bus are for the next time.
    """
    with closing(drivers.store()) as store, closing(drivers.bus().publisher()) as publisher:
        work = erasing_over(drivers, "/cli", publisher, store)
        eraser, rests = bulk_eraser(drivers, work, store), Rests()
        retention = Retention(
            drivers.deployment.settings.forget_after,
            eraser.table,
            eraser.selected,
            drivers.days(),
            drivers.ids(),
            now,
        )

        def go_on() -> None:
            with suppress(BusError):
                work.go_on(rests)
                retention.turn()
                eraser.turn()

        yield go_on


def bulk_eraser(drivers: Drivers, work: Erasing, store: Connection) -> BulkEraser:
    """What works on erasures of many contacts, over a connection to `service.db`."""
    lists, acts = counted_contacts(drivers), partial(record, store)
    lock = lists.folder / "erasing.lock"
    return BulkEraser(work, BulkErasureTable(store), selected_people(drivers), lists, lock, acts, now)


def bulk_erasures(drivers: Drivers, store: Connection, noted: Callable[[Act], None]) -> BulkErasures:
    """Erasures of many contacts, for whoever asks for them; `noted` puts an act into the audit table."""
    tables = BulkErasureTable(store), ErasureTable(store)
    return BulkErasures(*tables, selected_people(drivers), counted_contacts(drivers), noted, drivers.ids(), now)


def counted_contacts(drivers: Drivers) -> CountedContacts:
    """Whom the erasures of many contacts are about."""
    return CountedContacts(drivers.deployment.data / "erasures")


def selected_people(drivers: Drivers) -> SelectedPeople:
    """What finds the contacts of a selection that is to be erased."""
    states = drivers.generations()
    return SelectedPeople(states, drivers.log_reader, named_once(states, drivers.store), drivers.days())
