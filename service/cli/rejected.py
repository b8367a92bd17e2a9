"""`contacts rejected`: messages that were not accepted, looked at, taken again or dropped."""

from collections.abc import Callable
from pathlib import Path

import click

from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.queries.ledger.rejected import rejected_page, rejections


@click.group()
def rejected() -> None:
    """Messages that were not accepted: look at them, have them taken again, or drop them."""


@rejected.command("list")
@click.option("--before", type=click.IntRange(1, 2**62), help="Only positions before this one.")
@click.option("--limit", default=100, type=click.IntRange(1, 100_000), show_default=True)
@click.option("--reason", help="Only messages rejected for this reason.")
@click.option("--source", help="Only messages of this source.")
@click.option("--open", "is_open", is_flag=True, help="Only messages that were neither taken since nor dropped.")
@as_json
def list_rejected(
    before: int | None, limit: int, reason: str | None, source: str | None, is_open: bool, is_json: bool
) -> None:
    """List rejected messages, newest first, and how many there are for each reason."""
    with opened().log_reader() as log:
        document = rejected_page(log, limit, before=before, reason=reason, source=source, is_open=is_open)

    def show() -> None:
        rows = document["rejected"]
        table(
            ("position", "recorded", "reason", "state", "why"),
            ((r["position"], r["recorded_at"], r["reason"], r["state"], r["message"]) for r in rows),
        )
        counts = ", ".join(f"{one['count']:,} {one['reason']}" for one in document["reasons"])
        click.echo(f"{len(rows):,} of {document['total']:,} shown" + (f"; {counts}" if counts else ""))

    emit(document, is_json, show)


@rejected.command("show")
@click.argument("position", type=click.IntRange(0, 2**62))
@as_json
def show_rejected(position: int, is_json: bool) -> None:
    """Show one rejected message whole, and what became of it."""
    with opened().log_reader() as log:
        entry = log.entry(position)
        if entry is None or entry.is_accepted:
            raise Failed(f"there is no rejected message at position {position}")
        (document,) = rejections(log, [entry])
    emit(document, is_json, lambda: table(("what", "value"), document.items()))


def _of_many(command: Callable[..., None]) -> Callable[..., None]:
    """The options of an order that can be about all open messages."""
    for option in (
        click.option("--yes", "is_sure", is_flag=True, help="With --all: do it."),
        click.option("--source", help="With --all: only those of this source."),
        click.option("--rejected-for", metavar="REASON", help="With --all: only those rejected for this reason."),
        click.option("--all", "is_all", is_flag=True, help="All open ones; without --yes, only say how many."),
    ):
        command = option(command)
    return command


@rejected.command("retry")
@click.argument("position", type=click.IntRange(1, 2**62), required=False)
@click.option(
    "--as",
    "corrected",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take this in its place: the message, corrected, as CloudEvent in JSON.",
)
@_of_many
@click.option("--reason", help="Why; it is kept in the log.")
@as_json
def retry(
    position: int | None,
    corrected: Path | None,
    is_all: bool,
    rejected_for: str | None,
    source: str | None,
    is_sure: bool,
    reason: str | None,
    is_json: bool,
) -> None:
    """Have a rejected message taken again: as it stands, or corrected by --as FILE."""
    from service.cli.settling import settle_all, settle_one

    _one_or_all(position, is_all, rejected_for, source, is_sure)
    if is_all and corrected is not None:
        raise click.UsageError("--as corrects one message: name its POSITION, without --all")
    if position is None:
        settle_all("retry", rejected_for, source, is_sure, reason, is_json)
    else:
        settle_one("retry", position, None if corrected is None else corrected.read_bytes(), reason, is_json)


@rejected.command("drop")
@click.argument("position", type=click.IntRange(1, 2**62), required=False)
@_of_many
@click.option("--reason", required=True, help="Why; it is kept in the log.")
@as_json
def drop(
    position: int | None,
    is_all: bool,
    rejected_for: str | None,
    source: str | None,
    is_sure: bool,
    reason: str,
    is_json: bool,
) -> None:
    """Drop a rejected message: it stays in the log as it is, and is never taken."""
    from service.cli.settling import settle_all, settle_one

    _one_or_all(position, is_all, rejected_for, source, is_sure)
    if position is None:
        settle_all("drop", rejected_for, source, is_sure, reason, is_json)
    else:
        settle_one("drop", position, None, reason, is_json)


def _one_or_all(
    position: int | None, is_all: bool, rejected_for: str | None, source: str | None, is_sure: bool
) -> None:
    """See that one message is named, or all are meant. Raises UsageError."""
    if is_all == (position is not None):
        raise click.UsageError("name the POSITION of one message, or give --all")
    given = {"--rejected-for": rejected_for is not None, "--source": source is not None, "--yes": is_sure}
    if position is not None and (idle := [name for name, is_given in given.items() if is_given]):
        raise click.UsageError(f"{', '.join(idle)}: only with --all, not with the POSITION of one message")
