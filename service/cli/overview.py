"""The command that counts contacts, day by day."""

from datetime import datetime

import click

from service.cli.terminal.terminal import as_json, console, emit, opened, table
from service.imports.registry.file_names import file_names
from service.queries.lists.overview import BadDays, Overviews

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--days", default=30, type=click.IntRange(1), show_default=True, help="The last so many days.")
@click.option("--since", type=_DAY, metavar="DAY", help="From this day on, such as 2026-10-01, in place of --days.")
@click.option("--until", type=_DAY, metavar="DAY", help="Up to this day.  [default: today]")
@as_json
def overview(days: int, since: datetime | None, until: datetime | None, is_json: bool) -> None:
    """Count the contacts day by day, and say where the new ones came from."""
    drivers = opened()
    overviews = Overviews(drivers.readers(), drivers.days(), file_names(drivers.store))
    last = until.date() if until else drivers.days().today()
    try:
        document = overviews.up_to(last, days) if since is None else overviews.between(since.date(), last)
    except BadDays as fault:
        raise click.UsageError(str(fault)) from fault

    def show() -> None:
        columns = ("day", "contacts", "opted_in", "new", "merged", "undone", "redone", "erased", "events")
        table(columns, ([day[column] for column in columns] for day in document["days"]))
        sources = ((one["name"], one["kind"], one["new"], one["undone"], one["redone"]) for one in document["sources"])
        table(("source", "kind", "new", "undone", "redone"), sources)
        console().print(f"{document['contacts']:,} contacts, {document['opted_in']:,} opted in")

    emit(document, is_json, show)
