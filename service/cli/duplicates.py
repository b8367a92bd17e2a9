"""`contacts duplicates`: contacts that are likely one person."""

import click

from service.cli.terminal.terminal import as_json, emit, opened, table
from service.queries.lists.duplicates import BadPairCursor, LikelyDuplicates
from service.queries.lists.indexing import Indexing


@click.command()
@click.option("--limit", default=50, type=click.IntRange(1, 1000), show_default=True)
@click.option("--cursor", help="The next_cursor of the page before.")
@as_json
def duplicates(limit: int, cursor: str | None, is_json: bool) -> None:
    """List pairs of contacts that are likely one person; `contacts merge A B` makes them one.

    Of the same email, or of the same name in the same city or, where one has none, the same country.
    """
    readers = opened().readers()
    try:
        document = LikelyDuplicates(readers, Indexing(readers.states)).page(limit, cursor)
    except BadPairCursor as fault:
        raise click.BadParameter(str(fault), param_hint="--cursor") from fault

    def show() -> None:
        def who(one: dict[str, str | None]) -> str:
            return str(one["phone"] or one["user_id"])

        pairs = document["pairs"]
        table(("same", "value", "A", "B"), ((p["why"], p["value"], *map(who, p["contacts"])) for p in pairs))
        if "newest" in document:
            click.echo(f"Only the newest {document['newest']:,} contacts were looked at: ask again in a moment.")
        if document["next_cursor"] is not None:
            click.echo(f"There may be more: --cursor {document['next_cursor']}")

    emit(document, is_json, show)
