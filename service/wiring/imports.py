"""Imports, and the importer: a module of its own, so that only what is about files loads what it needs."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ledger.bus.port import Message
from service.deployment.deployment import Deployment
from service.imports.imports import Imports
from service.imports.ledger.ledger_view import LedgerView
from service.imports.ledger.ports import Pace, Ports
from service.imports.ledger.sent import SentRows
from service.imports.record.results import Results
from service.imports.record.tagging import Tagging
from service.imports.record.uploads import UploadPorts, Uploads
from service.imports.registry import from_log
from service.imports.registry.named_once import named_once
from service.imports.registry.registry import Registry
from service.imports.run.importer import Importer
from service.imports.run.undo_import import Orders
from service.imports.table.limits import Limits
from service.imports.table.wording import OF_CALL
from service.wiring.drivers import Drivers, now


@contextmanager
def imports(deployment: Deployment, publish: Callable[[Sequence[Message]], None]) -> Iterator[Imports]:
    """Imports for calls and pages, for one thread; `publish` returns once the messages are durable on the bus."""
    drivers, folder = Drivers(deployment), deployment.data / "imports"
    with _opened(drivers) as (registry, view):
        ports = _upload_ports(drivers, view)
        results = Results(folder, registry, view.outcomes, view.rejections, view.not_redone, OF_CALL)
        orders = Orders(results.orderable, view.opted_in_by, publish, drivers.signer(), ports.new_id, now)
        uploads = Uploads(folder, registry, ports, _limits(deployment))
        yield Imports(uploads, results, orders, Tagging(folder, registry, ports))


@contextmanager
def uploads(deployment: Deployment) -> Iterator[Uploads]:
    """What prepares imports, for a command that gives no orders about them."""
    drivers = Drivers(deployment)
    with _opened(drivers) as (registry, view):
        yield Uploads(deployment.data / "imports", registry, _upload_ports(drivers, view), _limits(deployment))


@contextmanager
def importing(deployment: Deployment, check: Callable[[], None] = lambda: None) -> Iterator[Importer]:
    """The importer of files; `check` is called again and again while it waits, and may raise."""
    with importer_parts(deployment, check) as parts:
        yield Importer(*parts)


def list_again(deployment: Deployment) -> list[str]:
    """List the imports that only the log knows, as after a backup was restored; gives their ids."""
    with _opened(Drivers(deployment)) as (registry, view):
        return from_log.list_again(registry, view.imports_of_log)


@contextmanager
def importer_parts(
    deployment: Deployment, check: Callable[[], None] = lambda: None
) -> Iterator[tuple[Path, Registry, Ports, Limits]]:
    """What an importer is made of, in its order."""

    def sleep(seconds: float) -> None:
        check()
        time.sleep(seconds)

    drivers = Drivers(deployment)
    with _opened(drivers) as (registry, view), closing(drivers.bus().publisher()) as publisher:
        ports = Ports(
            publisher=publisher,
            signer=drivers.signer(),
            clock=now,
            stated=lambda: max(now(), view.recorded()),
            new_id=drivers.ids(),
            backlog=view.backlog,
            catching_up=view.catching_up,
            behind=view.behind,
            at_head=view.at_head,
            opted_in_by=view.opted_in_by,
            selected=_selected(drivers),
            outcomes=view.outcomes,
            rejections=view.rejections,
            not_redone=view.not_redone,
            message=view.message,
            of_log=view.imports_of_log,
            sent=SentRows(drivers.bus(), drivers.log(), drivers.signer()).of,
            known_attributes=view.attribute_types,
            default_country_code=deployment.settings.default_country_code,
            pace=Pace(time.monotonic, sleep),
        )
        yield deployment.data / "imports", registry, ports, _limits(deployment)


def _upload_ports(drivers: Drivers, view: LedgerView) -> UploadPorts:
    return UploadPorts(
        clock=now,
        stated=lambda: max(now(), view.recorded()),
        new_id=drivers.ids(),
        known_attributes=view.attribute_types,
        default_country_code=drivers.deployment.settings.default_country_code,
        rejections=view.rejections,
    )


def _selected(drivers: Drivers) -> Callable[[Mapping[str, Any]], Iterable[bytes]]:
    def lines(edit: Mapping[str, Any]) -> Iterator[bytes]:
        from service.imports.ledger.selected import Selected  # slow to load, and no file needs it

        once = named_once(drivers.generations(), drivers.store)
        return Selected(drivers.generations(), drivers.log_reader, once, drivers.days()).lines(edit)

    return lines


@contextmanager
def _opened(drivers: Drivers) -> Iterator[tuple[Registry, LedgerView]]:
    view = LedgerView(drivers.bus(), drivers.log(), drivers.generations())
    with closing(drivers.store()) as store, closing(view):
        yield Registry(store, now), view


def _limits(deployment: Deployment) -> Limits:
    return Limits(deployment.settings.max_upload_mib << 20, deployment.settings.max_rows)
