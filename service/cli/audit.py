"""`contacts audit-trail`: who did what to the deployment itself (R33)."""

from contextlib import closing

import click

from ledger.events import moments
from service.cli.terminal import as_json, emit, opened, table
from service.deployment.audit_trail import acts


@click.command("audit-trail")
@click.option("--limit", default=100, type=click.IntRange(1, 100_000), show_default=True, help="Only the newest.")
@as_json
def audit_trail(limit: int, is_json: bool) -> None:
    """Show keys made and revoked, failed sign-ins, denied calls and rebuilds, oldest first."""
    with closing(opened().store()) as store:
        found = acts(store, limit)
    rows = [{"at": moments.text(act.at), "who": act.who, "what": act.what, "detail": act.detail} for act in found]
    emit({"acts": rows}, is_json, lambda: table(("at", "who", "what", "detail"), (row.values() for row in rows)))
