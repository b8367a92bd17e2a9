"""`contacts audit-trail`: who did what to the deployment itself (R33)."""

import secrets
import sys
from contextlib import closing

import click

from service.cli.terminal.terminal import as_json, emit, opened, table
from service.deployment.tables.audit_trail import AuditTable
from service.deployment.tables.keys import Keys
from service.queries.ledger.trail import BadTrailCursor, Trail
from service.wiring.drivers import now


@click.command("audit-trail")
@click.option("--limit", default=100, type=click.IntRange(1, 100_000), show_default=True, help="Only the newest.")
@click.option("--who", help="Only what this actor did: a name, or as `who` has it.")
@click.option("--what", help="Only acts of this kind, such as 'key created'.")
@click.option("--cursor", help="The next_cursor of the page before.")
@click.option("--csv", "is_csv", is_flag=True, help="Print all of them as a CSV for a spreadsheet, newest first.")
@as_json
def audit_trail(limit: int, who: str | None, what: str | None, cursor: str | None, is_csv: bool, is_json: bool) -> None:
    """Show who did what, newest first: keys, people, failed sign-ins, denied calls, exports, backups, orders.

    Orders are those that the log has: imports undone and redone, contacts merged, split and erased, rejected messages
    taken again and dropped.
    """
    drivers = opened()
    with closing(drivers.store()) as store, closing(drivers.store()) as other:
        trail = Trail(AuditTable(store), Keys(other, now, secrets.token_urlsafe), drivers.log_reader)
        if is_csv:
            from service.http.shown.trail_csv import trail_csv  # what guards cells against formulas comes with imports

            for piece in trail_csv(trail.all(who=who, what=what)):
                sys.stdout.buffer.write(piece)
            return
        try:
            page = trail.page(limit, cursor=cursor, who=who, what=what)
        except BadTrailCursor as fault:
            raise click.BadParameter(str(fault), param_hint="--cursor") from None
    columns = ("at", "name", "what", "why", "detail")
    emit(page, is_json, lambda: table(columns, ([act[name] for name in columns] for act in page["acts"])))
