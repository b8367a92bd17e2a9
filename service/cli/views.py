"""`contacts views`: saved views of the list."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.deployment.tables.views import NotYourView, TooManyViews, View, ViewNameTaken, Views, ViewUnknown
from service.queries.filters.selection import Match

_AS = click.option("--as", "name", metavar="NAME", help="Whose views: a person's or a key's name; else your own.")


@click.group()
def views() -> None:
    """Saved views of the list: filters, columns and order under a name."""


@views.command("list")
@_AS
@as_json
def list_views(name: str | None, is_json: bool) -> None:
    """Show the views that somebody saved, and those that are for everybody."""
    with _views() as kept:
        found = [one.shown() for one in kept.seen_by(name or who())]
    rows = ((one["id"], one["name"], one["by"], "yes" if one["shared"] else "no") for one in found)
    emit({"views": found}, is_json, lambda: table(("id", "name", "by", "shared"), rows))


@views.command()
@click.argument("title", metavar="VIEW")
@click.option("--where", "conditions", multiple=True, metavar="'city=Pune'", help="As for `contacts list`.")
@click.option("--tag", "tags", multiple=True, help="Only contacts with this tag.")
@click.option("--match", type=click.Choice(["all", "any"]), default="all", help="Whether all must hold, or any.")
@click.option("--sort", default="-modified", show_default=True, help="As for `contacts list`.")
@click.option("--column", "columns", multiple=True, metavar="NAME", help="A column; else those of whoever looks.")
@click.option("--shared", "is_shared", is_flag=True, help="Everybody sees it.")
@_AS
@as_json
def save(
    title: str,
    conditions: tuple[str, ...],
    tags: tuple[str, ...],
    match: Match,
    sort: str,
    columns: tuple[str, ...],
    is_shared: bool,
    name: str | None,
    is_json: bool,
) -> None:
    """Save a VIEW by its name."""
    query = {"where": list(conditions), "tag": list(tags), "q": None, "match": match}
    with _views() as kept:
        saved = kept.save(View("", title, query, columns or None, sort, is_shared, name or who()))
    emit(saved.shown(), is_json, lambda: click.echo(f"Saved {saved.name}: {saved.id}"))


@views.command()
@click.argument("id")
@_AS
@as_json
def remove(id: str, name: str | None, is_json: bool) -> None:
    """Remove a view; the contacts stay."""
    with _views() as kept:
        removed = kept.remove(id, name or who())
    emit(removed.shown(), is_json, lambda: click.echo(f"Removed {removed.name}."))


@contextmanager
def _views() -> Iterator[Views]:
    drivers = opened()
    with closing(drivers.store()) as connection:
        try:
            yield Views(connection, drivers.ids())
        except (ViewNameTaken, TooManyViews, NotYourView, ValueError) as fault:
            raise Failed(str(fault)) from None
        except ViewUnknown as fault:
            raise Failed(str(fault.args[0])) from None
