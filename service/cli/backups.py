"""`contacts backup` and `contacts restore`: a whole ledger carried to another place, and back."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from service.cli.terminal.given import settings, who
from service.cli.terminal.progress import progress_shown
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.jobs.backups.backup import BackupProgress, NotABackupPlace
from service.jobs.backups.manifest import BadBackup, Manifest, read_manifest
from service.jobs.backups.restore import NotEmpty
from service.processes.temporary import PartFailed
from service.queries.ledger.status import Status
from service.wiring.backups import backup_parts, catch_up, erase_again, erasures_in, note_restore, restore_place
from service.wiring.imports import list_again

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@as_json
def backup(folder: Path, is_json: bool) -> None:
    """Copy the whole ledger into the new folder DIR, while everything runs.

    It has the log, the contact state, the embedded bus, keys, people, imports and the secret: keep it as safe as the
    data folder.
    """
    with backup_parts(opened().deployment) as parts, _shown(is_json=is_json) as progress:
        try:
            manifest = parts.take(folder, who(), progress)
        except NotABackupPlace as fault:
            raise Failed(str(fault)) from fault
    emit(_document(folder, manifest), is_json, lambda: _show_made(folder, manifest))


_MAY_BE_BACK = (
    "Whoever was erased since is back: --erased FILE, a newer service.db of this ledger, has them erased again."
)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--no-catch-up", "is_left", is_flag=True, help="Only put the files in place, as where the bus is away.")
@click.option(
    "--erased",
    "other",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A newer service.db of this ledger: whoever was erased there since is erased here too.",
)
@as_json
def restore(folder: Path, is_left: bool, other: Path | None, is_json: bool) -> None:
    """Bring the backup in DIR back, into a data folder that is new or empty, and take what the bus has had since.

    Sessions and one-time links of then let nobody in any more. Stop the ledger that it was taken of first: there must
    not be two of it.
    """
    given = settings()
    if other is not None and is_left:
        raise click.UsageError("--erased cannot be given with --no-catch-up: an erasure goes over the bus")
    with _shown(is_json=is_json) as progress:
        try:
            ordered = [] if other is None else erasures_in(other, read_manifest(folder).ledger)
            manifest = restore_place(given).restore(folder, progress)
        except (BadBackup, NotEmpty) as fault:
            raise Failed(str(fault)) from fault
    deployment = note_restore(os.environ, manifest, who())
    erased, listed = (0, 0), 0

    def settle() -> None:
        nonlocal erased, listed
        listed = len(list_again(deployment))  # first: a file's name may be a person's who is erased
        erased = erase_again(deployment, ordered)

    status: Status | None = None
    if not is_left:
        try:
            status = catch_up(deployment, manifest.head.position, lambda _: None, settle)
        except PartFailed as fault:
            raise Failed(f"everything is in place, but what the bus has had since is not taken: {fault}") from fault
    document = _document(folder, manifest) | {"data": str(given.data), "now": status and status.document()}
    document |= {"erased_again": erased[0], "still_being_erased": erased[1]}
    document["imports_listed"] = listed
    emit(document, is_json, lambda: _show_restored(given.data, manifest, status, erased, listed))
    if other is None:
        click.echo(_MAY_BE_BACK, err=True)


def _document(folder: Path, manifest: Manifest) -> dict[str, object]:
    return {
        "folder": str(folder),
        "ledger": manifest.ledger,
        "made_at": manifest.made_at,
        "position": manifest.head.position,
        "bytes": manifest.size,
        "files": len(manifest.files),
        "secret": manifest.secret,
    }


def _show_made(folder: Path, manifest: Manifest) -> None:
    click.echo(
        f"{folder}: everything up to position {manifest.head.position:,}, {max(1, round(manifest.size / 1e6)):,} MB in"
        f" {len(manifest.files):,} files and a manifest."
    )
    if manifest.secret == "elsewhere":
        click.echo("The secret is not in it: CONTACTS_SECRET has it, and without it the backup cannot be restored.")


def _show_restored(data: Path, manifest: Manifest, status: Status | None, erased: tuple[int, int], listed: int) -> None:
    click.echo(f"{data}: as it was at {manifest.made_at}, position {manifest.head.position:,}.")
    if status is not None and status.bus_lag == 0:
        more = status.position - manifest.head.position
        click.echo(f"Messages taken since from the bus: {more:,}. Contacts: {status.contacts:,}.")
    else:
        click.echo("What the bus has had since is taken by `contacts serve`, when the bus answers.")
    if listed:
        click.echo(f"Imports of since, listed again as the log has them, without their files: {listed:,}.")
    if erased[0]:
        left = f"; {erased[1]:,} are gone through by `contacts serve`" if erased[1] else ""
        click.echo(f"Erased again, as they were since: {erased[0]:,}{left}.")


@contextmanager
def _shown(*, is_json: bool) -> Iterator[BackupProgress]:
    """A bar for what is done, in MB."""
    with ExitStack() as bar:
        shown: dict[str, Callable[[int], None]] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in shown:
                bar.close()
                shown[what] = bar.enter_context(progress_shown(f"{what}, MB", total >> 20, is_json=is_json))
            shown[what](done >> 20)

        yield tell
