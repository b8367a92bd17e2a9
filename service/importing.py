"""The composition root of imports, apart from `wiring` so that only commands about files load what it needs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.imports.feed import Pace
from service.imports.importer import Importer
from service.imports.ledger_view import LedgerView
from service.imports.ports import Limits, Ports
from service.imports.registry import Registry
from service.store import open_store
from service.wiring import Deployment, now


@contextmanager
def importing(deployment: Deployment, check: Callable[[], None] = lambda: None) -> Iterator[Importer]:
    """The importer of files; `check` is called again and again while it waits, and may raise."""
    limits = Limits(deployment.settings.max_upload_mib << 20, deployment.settings.max_rows)
    store = open_store(deployment.service_path)
    registry = Registry(store)
    view = LedgerView(deployment.bus(), deployment.log_path, deployment.generations())
    publisher = deployment.bus().publisher()

    def sleep(seconds: float) -> None:
        check()
        time.sleep(seconds)

    ports = Ports(
        publisher=publisher,
        signer=deployment.signer(),
        clock=now,
        new_id=deployment.ids(),
        backlog=view.backlog,
        behind=view.behind,
        at_head=view.at_head,
        opted_out=view.opted_out,
        outcomes=view.outcomes,
        rejections=view.rejections,
        known_attributes=lambda: view.attribute_types() | registry.attribute_types(),
        pace=Pace(time.monotonic, sleep),
    )
    try:
        yield Importer(deployment.data / "imports", registry, ports, limits)
    finally:
        publisher.close()
        view.close()
        store.close()
