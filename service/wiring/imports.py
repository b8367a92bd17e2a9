"""The composition root of imports, apart from `wiring` so that only commands about files load what it needs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.deployment.deployment import Deployment, now
from service.http.services import Imports
from service.imports.ledger.sent import SentRows
from service.imports.ledger.view import LedgerView
from service.imports.record.registry import Registry
from service.imports.record.results import Results
from service.imports.record.uploads import UploadPorts, Uploads
from service.imports.run.feed import Pace
from service.imports.run.importer import Importer
from service.imports.run.ports import Limits, Ports
from service.imports.table.wording import OF_CALL


@contextmanager
def imports(deployment: Deployment) -> Iterator[Imports]:
    """Imports for those who publish nothing; for one thread."""
    store = deployment.store()
    registry, folder = Registry(store), deployment.data / "imports"
    view = LedgerView(deployment.bus(), deployment.log_path, deployment.generations())
    ports = UploadPorts(
        clock=now,
        stated=lambda: max(now(), view.recorded()),
        new_id=deployment.ids(),
        known_attributes=view.attribute_types,
        default_country_code=deployment.settings.default_country_code,
    )
    try:
        results = Results(folder, registry, view.outcomes, view.rejections, view.not_redone, OF_CALL)
        yield Imports(Uploads(folder, registry, ports, _limits(deployment)), results)
    finally:
        view.close()
        store.close()


def _limits(deployment: Deployment) -> Limits:
    return Limits(deployment.settings.max_upload_mib << 20, deployment.settings.max_rows)


@contextmanager
def importing(deployment: Deployment, check: Callable[[], None] = lambda: None) -> Iterator[Importer]:
    """The importer of files; `check` is called again and again while it waits, and may raise."""
    store = deployment.store()
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
        stated=lambda: max(now(), view.recorded()),
        new_id=deployment.ids(),
        backlog=view.backlog,
        behind=view.behind,
        at_head=view.at_head,
        outcomes=view.outcomes,
        rejections=view.rejections,
        not_redone=view.not_redone,
        message=view.message,
        sent=SentRows(deployment.bus(), deployment.log_path, deployment.signer()).of,
        known_attributes=view.attribute_types,
        default_country_code=deployment.settings.default_country_code,
        pace=Pace(time.monotonic, sleep),
    )
    try:
        yield Importer(deployment.data / "imports", registry, ports, _limits(deployment))
    finally:
        publisher.close()
        view.close()
        store.close()
