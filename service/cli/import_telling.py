"""Imports and checks as a person reads them."""

from typing import Any

import click

from service.cli.terminal import value_text

_COUNTS = ("created", "updated", "unchanged", "skipped", "duplicate", "rejected", "pending", "cancelled")
_SHOWN = 20
_EXAMPLES = 5


def summary(document: dict[str, Any]) -> str:
    """An import in one line."""
    return f"{document['id']}  {document['file_name']}  {_state(document)}"


def tell(document: dict[str, Any]) -> None:
    """Print an import with its first rejects."""
    if "already_imported" in document:
        click.echo("The same file was imported before with the same choices; nothing was changed.")
    click.echo(summary(document))
    if "failure" in document:
        click.echo(document["failure"])
    _tell_rejects(document)


def tell_check(document: dict[str, Any]) -> None:
    """Print what an import would come to."""
    check = document["check"]
    if "imported_before" in document:
        click.echo(f"Import {document['imported_before']} had the same file and choices: only --again would apply it.")
    click.echo(f"{document['file_name']}  {_state(document)}")
    click.echo(f"nothing was taken in; checked at position {check['position']} of the log")
    for what in ("new_attributes", "new_tags"):
        if check[what]:
            click.echo(f"{what.replace('_', ' ')}: {', '.join(check[what])}")
    if check["opt_ins"]:
        click.echo(f"WhatsApp Opted is FALSE and the file says TRUE: {check['opt_ins']:,} rows")
    for example in check["examples"][:_EXAMPLES]:
        changes = (
            f"{one['attribute']}: {value_text(one['from'])} → {value_text(one['to'])}" for one in example["changes"]
        )
        click.echo(f"line {example['line']}  {'; '.join(changes)}")
    _tell_rejects(document)


def _state(document: dict[str, Any]) -> str:
    counts = ", ".join(f"{document[name]:,} {name}" for name in _COUNTS if document[name])
    told = f"{document['state']}  {document['rows']:,} rows"
    return f"{told}: {counts}" if counts else told


def _tell_rejects(document: dict[str, Any]) -> None:
    for one in document["rejects"][:_SHOWN]:
        click.echo(f"line {one['line']}  {one['reason']}  {one['message']}  {one['hint']}")
    if len(document["rejects"]) > _SHOWN:
        click.echo("… --json shows the first 100, --rejects writes all of them as a CSV.")
