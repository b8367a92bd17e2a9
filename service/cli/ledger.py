"""Commands about the ledger itself: status, head, verify, rebuild, single entries."""

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import orjson

from ledger.log.head import Head
from ledger.storage import NotMadeYet, StorageFault
from service.cli.terminal.given import who
from service.cli.terminal.progress import progress_shown, tells_progress
from service.cli.terminal.terminal import Failed, as_json, console, emit, opened, table
from service.deployment.locks import Held, holding
from service.deployment.parts import PROJECTOR
from service.deployment.tables.audit_chain import AuditHead
from service.deployment.tables.audit_trail import Act, record
from service.queries.ledger.whole_entry import entry_document
from service.wiring.drivers import Drivers, now
from service.wiring.ledger import ledger_status, verification


@click.command()
@as_json
def status(is_json: bool) -> None:
    """Show how far the log is, and what waits before and behind it."""
    current = ledger_status(opened().deployment).now()
    document = current.document()

    def show() -> None:
        parts = [(part.name, part.fault or "ok") for part in current.parts]
        told = [(name, _in_words(value)) for name, value in document.items() if name != "parts"]
        table(("what", "value"), [*told, *parts])

    emit(document, is_json, show)


def _in_words(value: Any) -> Any:
    """A value of the status as it stands in a table: what has parts, part by part."""
    if not isinstance(value, Mapping):
        return value
    return ", ".join(f"{name.replace('_', ' ')} {part}" for name, part in value.items() if part is not None)


@click.command()
@as_json
def head(is_json: bool) -> None:
    """Print the log's head, signed: keep it elsewhere, and `verify --head FILE` proves nothing before it changed.

    It has the head of the audit trail too.
    """
    document = ledger_status(opened().deployment).signed_head()
    emit(document, is_json, lambda: click.echo(orjson.dumps(document).decode()))


@click.command()
@click.option("--head", "head_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--deep", "is_deep", is_flag=True, help="Decide every entry anew from its message, too.")
@click.option("--all", "all_files", is_flag=True, help="Check past states and kept generations too, one by one.")
@tells_progress
@as_json
def verify(head_file: Path | None, is_deep: bool, all_files: bool, tells_progress: bool, is_json: bool) -> None:
    """Check log, state and imports against the log's entries; exit code 1 when anything is wrong.

    --head FILE: the log must also go through this head, which `contacts head --json` printed.
    """
    from service.jobs.verifying import Extent

    drivers = opened()
    saved, trail = _saved_heads(drivers, head_file) if head_file else (None, None)
    total = _position(drivers)
    with progress_shown("verifying", total, is_json=is_json, tells_progress=tells_progress) as advance:
        report = verification(drivers.deployment).run(
            Extent(is_deep, all_files), saved_head=saved, saved_trail=trail, progress=advance
        )
    document: dict[str, Any] = {
        "ok": report.ok,
        "events": report.events,
        "contacts": report.contacts,
        "content_digest": report.content_digest,
        "full_digest": report.full_digest,
        "faults": [{"position": fault.position, "fault": fault.fault} for fault in report.faults],
    }
    if report.otherwise is not None:
        document["read_by_other_rules"] = report.otherwise

    def show() -> None:
        table(("what", "value"), [(name, value) for name, value in document.items() if name != "faults"])
        for fault in report.faults:
            console().print(f"position {fault.position}: {fault.fault}")

    emit(document, is_json, show)
    if not report.ok:
        raise click.exceptions.Exit(1)


def _position(drivers: Drivers) -> int:
    """Where the log ends; 0 where that cannot be read, which `verify` then says."""
    try:
        with drivers.log_reader() as log:
            return log.head().position
    except NotMadeYet:
        raise
    except StorageFault:
        return 0


def _saved_heads(drivers: Drivers, file: Path) -> tuple[Head, AuditHead | None]:
    """The heads of log and audit trail in a file; earlier versions and backups saved none of the trail."""
    signer = drivers.signer()
    try:
        document = orjson.loads(file.read_bytes())
        saved, trail = Head(int(document["position"]), bytes.fromhex(document["hash"]), 0), None
        signed = {str(document["signature"]): signer.of_head(saved.position, saved.hash)}
        if (of_trail := document.get("trail")) is not None:
            trail = AuditHead(int(of_trail["lines"]), bytes.fromhex(of_trail["hash"]))
            signed[str(of_trail["signature"])] = signer.of_trail(trail.lines, trail.hash)
    except (OverflowError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as fault:
        raise click.BadParameter(f"{file} is not what `contacts head --json` printed", param_hint="--head") from fault
    if any(given != expected for given, expected in signed.items()):
        raise Failed(f"the head in {file} is not signed by this deployment's secret")
    return saved, trail


@click.command()
@click.option("--until", type=click.IntRange(0), metavar="POSITION", help="Fold only up to this position.")
@click.option("--into", type=click.Path(path_type=Path), metavar="FILE", help="Leave the deployment's state alone.")
@click.option(
    "--wait",
    type=click.FloatRange(0),
    default=30.0,
    metavar="SECONDS",
    help="For the running projector to take it up (30).",
)
@tells_progress
@as_json
def rebuild(until: int | None, into: Path | None, wait: float, tells_progress: bool, is_json: bool) -> None:
    """Fold the whole log anew: into the next generation of the state, or into a file of its own."""
    if until is not None and into is None:
        raise click.UsageError("--until needs --into FILE: the state in use always follows the whole log")
    from projections.projector.rebuild import build_generation, fold_into
    from projections.state.digest import digests

    if into is not None and into.exists():
        raise click.BadParameter(f"{into} exists; name a new file", param_hint="--into")
    drivers = opened()
    began = time.monotonic()
    with drivers.log_reader() as log:
        head_position = log.head().position
        if until is not None and until > head_position:
            raise click.BadParameter(f"the log ends at position {head_position}", param_hint="--until")
        total = until or head_position
        with progress_shown("rebuilding", total, is_json=is_json, tells_progress=tells_progress) as advance:
            if into is not None:
                rebuilt, generation = drivers.state(into), None
                fold_into(rebuilt, log, until=until, progress=advance)
            else:
                generation = build_generation(drivers.generations(), log, progress=advance)
                _have_it_switched(drivers, generation, wait)
                rebuilt = drivers.generations().state(generation)
    with rebuilt.reading() as state:
        content_digest, full_digest = digests(state)
        document: dict[str, Any] = {
            "position": state.checkpoint().position,
            "contacts": state.count(),
            "content_digest": content_digest,
            "full_digest": full_digest,
            "generation": generation,
            "seconds": round(time.monotonic() - began, 3),
        }
    with closing(drivers.store()) as store:
        done = {name: document[name] for name in ("position", "generation")}
        record(store, Act(now(), who(), "state rebuilt", done | ({} if into is None else {"into": str(into)})))
    emit(document, is_json, lambda: table(("what", "value"), document.items()))


def _have_it_switched(drivers: Drivers, generation: int, seconds: float) -> None:
    """The projector switches, between two pages; where none runs, this process is the projector for a moment."""
    from projections.projector.projection import Projection

    generations = drivers.generations()
    deadline = time.monotonic() + seconds
    while (generations.current() or 0) < generation:
        try:
            with holding(PROJECTOR.lock(drivers.deployment.data)), drivers.log_reader() as log:
                projection = Projection(log, generations)
                projection.take_up_rebuilt()
                projection.close()
        except Held:
            if time.monotonic() > deadline:
                raise Failed(
                    f"generation {generation} is built, but the running projector did not take it up in"
                    f" {seconds:g} s; it will when it gets to it (see `contacts status`)"
                ) from None
            time.sleep(0.02)


@click.command()
@click.argument("position", type=click.IntRange(1, 2**62))
@as_json
def entry(position: int, is_json: bool) -> None:
    """Show one entry of the log whole: its message, what was decided of it, and its place in the chain."""
    with opened().log_reader() as log:
        document = entry_document(log, position)
    if document is None:
        raise Failed(f"the log has no entry at position {position}")
    emit(document, is_json, lambda: table(("what", "value"), document.items()))
