"""Commands that read contacts: list, show, history, explain, diff."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from projections.conditions.condition import BadCondition
from projections.fold.contact_document import contact_document
from projections.fold.state import changes
from service.cli.terminal.print_contact import print_history, print_reasons
from service.cli.terminal.progress import progress_shown, tells_progress
from service.cli.terminal.terminal import Failed, as_json, console, emit, opened, position_of, table
from service.imports.registry.named_once import named_once
from service.queries.contact import contact as documents
from service.queries.contact.find import Unknown, at, find
from service.queries.contact.origins import Origins
from service.queries.filters.attribute_names import MEMBERS, written
from service.queries.filters.selection import BadSort, Match, Selection
from service.queries.lists.list import BadCursor, list_page

AS_OF = click.option("--as-of", metavar="POSITION|TIME", help="As it was at a log position, or at a moment.")


@click.command("list")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="'city=Pune'",
    help="= != > >= < <= or ~ (contains); city=in:Pune,Goa, visits=between:1,5, city=empty:, city=any:, "
    "created_at=last:30, created_at=day:2026-10-01,2026-10-12, birthday=anniversary:week.",
)
@click.option("--tag", "tags", multiple=True, help="Only contacts with this tag.")
@click.option(
    "--match",
    type=click.Choice(["all", "any"]),
    default="all",
    help="Whether all of these must hold, or any.",
)
@click.option(
    "--sort", default="-modified", show_default=True, help="Or modified, created, or an attribute: city, -city."
)
@click.option("--limit", default=100, type=click.IntRange(1, 1_000_000), show_default=True)
@click.option("--cursor", help="The next_cursor of the page before.")
@AS_OF
@as_json
def list_contacts(
    conditions: tuple[str, ...],
    tags: tuple[str, ...],
    match: Match,
    sort: str,
    limit: int,
    cursor: str | None,
    as_of: str | None,
    is_json: bool,
) -> None:
    """List contacts, the one changed last first."""
    drivers = opened()
    asked, states = Selection(conditions, tags, None, match), drivers.generations()
    with drivers.log_reader() as log:
        position = position_of(log, as_of)
        stored = states.in_use() if position is None else drivers.past().at(log, position)
    try:
        once = named_once(states, drivers.store)
        document = list_page(stored, drivers.log_reader, asked, sort, limit, cursor, once, drivers.days())
    except BadCursor as fault:
        raise click.BadParameter(str(fault), param_hint="--cursor") from fault
    except BadSort as fault:
        raise click.BadParameter(str(fault), param_hint="--sort") from fault
    except BadCondition as fault:
        raise click.BadParameter(str(fault), param_hint="--where") from fault
    except ValueError as fault:
        raise click.BadParameter(str(fault), param_hint="--tag") from fault
    if position is not None:
        document["as_of"] = position

    def show() -> None:
        page = document["contacts"]
        table(
            ("phone", "user id", "name", "tags", "modified"),
            ((c["phone"], c["user_id"], c["traits"].get("name"), ", ".join(c["tags"]), c["modified_at"]) for c in page),
        )
        console().print(f"{len(page)} of {document['total']}")
        for note in document.get("notes", ()):
            click.echo(f"Note: {note}.")

    emit(document, is_json, show)


@click.command(hidden=True)
@click.argument("position", type=click.IntRange(0))
@tells_progress
def past(position: int, tells_progress: bool) -> None:
    """Work out the contacts as of a POSITION, for calls that will ask for them."""
    drivers = opened()
    with (
        drivers.log_reader() as log,
        progress_shown("working out", position, is_json=False, tells_progress=tells_progress) as advance,
    ):
        drivers.past().at(log, position, advance)


@click.command()
@click.argument("who")
@AS_OF
@as_json
def show(who: str, as_of: str | None, is_json: bool) -> None:
    """Show a contact, now or as it was. WHO is its id, its phone (+919967536783) or its user id."""
    drivers = opened()
    with drivers.log_reader() as log, _known():
        document = documents.contact(drivers.readers(), log, find(log, who), position_of(log, as_of))

    emit(document, is_json, lambda: _show_contact(document))


def _show_contact(document: dict[str, Any]) -> None:
    fixed = ("id", "phone", "user_id")
    later = ("created_at", "modified_at", "position", "as_of")
    rows = [(name, document[name]) for name in fixed]
    rows += [(written(name, (*MEMBERS, *fixed, *later)), value) for name, value in sorted(document["traits"].items())]
    rows.append(("tags", ", ".join(document["tags"]) or None))
    rows += [(name, document[name]) for name in later if name in document]
    table(("attribute", "value"), rows)


@click.command()
@click.argument("who")
@click.option("--newest", type=click.IntRange(1), metavar="COUNT", help="Only so many of the newest, newest first.")
@click.option("--attribute", metavar="NAME", help="Only what changed this attribute.")
@as_json
def history(who: str, newest: int | None, attribute: str | None, is_json: bool) -> None:
    """Show everything that happened to a contact: what changed, from what to what, when and from where."""
    asked = documents.AskedEvents(attribute)
    with opened().log_reader() as log, _known():
        found, origins = find(log, who), Origins(log)
        if newest is None:
            document = documents.history(log, found, origins, asked=asked)
        else:
            document = documents.newest(log, found, origins, None, newest, asked)

    emit(document, is_json, lambda: print_history(document["events"]))


@click.command()
@click.argument("who")
@click.argument("trait", required=False)
@as_json
def explain(who: str, trait: str | None, is_json: bool) -> None:
    """Say for each value which event set it, and which others lost and why."""
    with opened().log_reader() as log, _known():
        document = documents.explain(log, find(log, who), Origins(log), trait)

    emit(document, is_json, lambda: print_reasons(document["values"], document["tags"]))


@click.command()
@click.argument("who")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@as_json
def diff(who: str, a: str, b: str, is_json: bool) -> None:
    """Show what is different about a contact between two positions or times A and B."""
    with opened().log_reader() as log, _known():
        found = find(log, who)
        first, second = position_of(log, a) or 0, position_of(log, b) or 0
        after = at(log, found, second)
        try:
            before = at(log, found, first)
        except Unknown:
            before = None
    found_changes = [
        {"attribute": change.attribute, "from": change.before, "to": change.after} for change in changes(before, after)
    ]
    document = {"contact": contact_document(after)["id"], "from": first, "to": second, "changes": found_changes}

    def show() -> None:
        table(("attribute", "from", "to"), ((c["attribute"], c["from"], c["to"]) for c in found_changes))

    emit(document, is_json, show)


@contextmanager
def _known() -> Iterator[None]:
    """Whoever is not found is one sentence."""
    try:
        yield
    except Unknown as fault:
        raise Failed(str(fault)) from fault
