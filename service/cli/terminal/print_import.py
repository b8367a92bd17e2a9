"""Imports and checks as a person reads them."""

import shlex
from typing import Any

import click

from service.cli.terminal.terminal import table, value_text
from service.imports.columns.date_formats import has_time

_COUNTS = ("created", "updated", "unchanged", "skipped", "duplicate", "rejected", "pending", "cancelled", "erased")
_SHOWN = 20
_EXAMPLES = 5


def summary(document: dict[str, Any]) -> str:
    """An import in one line."""
    counts = ", ".join(f"{document[name]:,} {name}" for name in _COUNTS if document[name])
    text = f"{document['id']}  {document['file_name']}  {_state_name(document)}"
    if document["rows"] is not None:
        text += f"  {_rows(document['rows'])}"
    return f"{text}: {counts}" if counts else text


def print_import(document: dict[str, Any]) -> None:
    """Print an import with its first rejects."""
    if "already_imported" in document:
        click.echo("The same file was imported before with the same choices; nothing was changed.")
        if "redo" in document:
            click.echo(f"That import was undone: `{document['redo']}` brings it back, --again imports the file anew.")
    click.echo(f"{document['id']}  {document['file_name']}  {_state_name(document)}")
    if document.get("corrects"):
        click.echo(f"Corrected rows of {_named(document['corrects'])}")
    for one in document.get("corrected_by", ()):
        click.echo(f"Its rejected rows, corrected: {_named(one)}, {one['taken']:,} taken")
    if "not_redone" in document:
        _print_not_redone(document["not_redone"])
    if "failure" in document:
        click.echo(document["failure"])
    _print_counts(document)
    _print_rejects(document)
    if document.get("user_ids_left_out"):
        click.echo(
            f"{document['user_ids_left_out']:,} user ids, such as undefined, are nobody's and count as not given."
        )
    for one in document.get("text_columns", ()):
        mapped = shlex.quote(f"{one['column']}={one['column']}:{one['type']}")
        click.echo(
            f"All values of {one['column']} are of type {one['type']}, and kept as strings; for the type: "
            f"undo this import, and import the file with --map {mapped}"
        )


def _named(one: dict[str, Any]) -> str:
    return f"{one['id']}  {one['file_name']}"


def print_check(document: dict[str, Any]) -> None:
    """Print what an import would come to."""
    check = document["check"]
    if "imported_before" in document:
        click.echo(f"Import {document['imported_before']} had the same file and choices: only --again would apply it.")
    click.echo(f"{document['file_name']}  {document['state']} at position {check['position']}; nothing was taken in")
    _print_counts(document)
    for what in ("new_attributes", "new_tags"):
        if check[what]:
            click.echo(f"{what.replace('_', ' ')}: {', '.join(check[what])}")
    for one in document["proposals"]:
        _print_dates(one) if one["formats"] else _print_type(one)
    if check["opt_ins"]:
        click.echo(f"WhatsApp Opted is FALSE and the file says TRUE: {_rows(check['opt_ins'])}")
    for one in check["broken_quotes"]["first"][:_EXAMPLES]:
        click.echo(f"line {one['line']}  a quote does not enclose the whole cell: {value_text(one['cell'])}")
    if (more := check["broken_quotes"]["cells"] - _EXAMPLES) > 0:
        click.echo(f"and {more:,} more such cells")
    for example in check["examples"][:_EXAMPLES]:
        changes = (
            f"{one['attribute']}: {value_text(one['from'])} → {value_text(one['to'])}" for one in example["changes"]
        )
        click.echo(f"line {example['line']}  {'; '.join(changes)}")
    _print_rejects(document)


def _print_type(one: dict[str, Any]) -> None:
    mapped = shlex.quote(f"{one['column']}={one['attribute']}:{one['type']}")
    text = f"{one['fits']:.0%} of the first {one['values']:,} values of {one['column']}"
    click.echo(f"{text} are of type {one['type']}, and kept as strings; for the type: --map {mapped}")


def _print_dates(one: dict[str, Any]) -> None:
    """A column of dates that are not written as R3 has them; where several formats fit, none is the likelier."""
    first, *others = one["formats"]
    zone = " +05:30" if has_time(first) and not first.endswith("Z") else ""
    mapped = shlex.quote(f"{one['column']}={one['attribute']}:datetime:{first}{zone}")
    text = (
        f"All of the first {one['values']:,} values of {one['column']} are dates by {' and by '.join(one['formats'])}"
    )
    which = "; which is meant is yours to say, as in" if others else ", and kept as strings; for dates:"
    click.echo(f"{text}{which} --map {mapped}{' (with their zone)' if zone else ''}")


def _print_counts(document: dict[str, Any]) -> None:
    """The counts, which add up; an upload that was not checked has none."""
    if document["rows"] is None:
        return
    if not document["rows"]:
        click.echo("The file has a header and no rows below it: there is nothing to take in.")
    counts = [(name, document[name]) for name in _COUNTS if document[name]]
    whole = f"{document['rows']:,}"
    table(("outcome", "rows"), [(name, f"{count:>{len(whole)},}") for name, count in counts] + [("all", whole)])
    if document["older"]:
        click.echo(f"{_rows(document['older'])} had values older than those that the contacts have.")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _state_name(document: dict[str, Any]) -> str:
    undoing = document.get("undoing")
    if undoing is None or undoing["done"] >= undoing["contacts"]:
        return str(document["state"])
    return f"{document['state']} {undoing['done']:,} of {undoing['contacts']:,} contacts"


def _print_not_redone(left: dict[str, Any]) -> None:
    if left["rows"]:
        click.echo(f"{_rows(left['rows'])} could not be brought back:")
    for one in left["first"][:_SHOWN]:
        click.echo(f"line {one['line']}  {one['message']}")


def _print_rejects(document: dict[str, Any]) -> None:
    for one in document["rejects"][:_SHOWN]:
        click.echo(f"line {one['line']}  {one['reason']}  {one['message']}  {one['hint']}")
    if document.get("rejects_lost"):
        click.echo(
            f"Which row it was, and why, is not known of {document['rejects_lost']:,} more that were not taken: "
            f"imports/{document['id']}/rejects.jsonl in the data folder is damaged or gone. Restore it from a backup."
        )
    if len(document["rejects"]) > _SHOWN:
        click.echo("… --json shows the first 100, --rejects writes all of them as a CSV.")
