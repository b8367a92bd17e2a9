"""`contacts keys`: make, list and revoke API keys."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from ledger.events import moments
from service.cli.given import settings, who
from service.keys import SCOPES, Key, Keys, KeyUnknown
from service.store import open_store


@click.group()
def keys() -> None:
    """API keys: what a program signs in with."""


@keys.command()
@click.option("--name", required=True, help="Says whose key it is.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def create(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key. Its text is shown this once."""
    with _keys() as kept:
        try:
            key, text = kept.create(name, scopes, who())
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--name") from None
    if as_json:
        click.echo(json.dumps({"id": key.id, "key": text, "name": key.name, "scopes": _scopes(key)}))
    else:
        click.echo(f"API key: {text}\nIt cannot be shown again. Its id is {key.id}.")


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_keys(as_json: bool) -> None:
    """Show every key, but not its text."""
    with _keys() as kept:
        found = kept.all()
    if as_json:
        click.echo(json.dumps({"keys": [_shown(key) for key in found]}))
        return
    for key in found:
        revoked = f"revoked {moments.text(key.revoked_at)}" if key.revoked_at is not None else "valid"
        click.echo(f"{key.id}  {revoked}  {' '.join(_scopes(key))}  {key.name}")


@keys.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def revoke(id: str, as_json: bool) -> None:
    """End a key; no call is let in by it after 5 seconds."""
    with _keys() as kept:
        try:
            key = kept.revoke(id, who())
        except KeyUnknown as fault:
            raise click.ClickException(str(fault.args[0])) from None
    click.echo(json.dumps(_shown(key)) if as_json else f"Revoked {key.id} ({key.name}).")


@contextmanager
def _keys() -> Iterator[Keys]:
    connection = open_store(settings().data / "service.db")
    try:
        yield Keys(connection, lambda: time.time_ns() // 1000, secrets.token_urlsafe)
    finally:
        connection.close()


def _scopes(key: Key) -> list[str]:
    return [scope for scope in SCOPES if scope in key.scopes]


def _shown(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": _scopes(key),
        "created_at": moments.text(key.created_at),
        "revoked_at": None if key.revoked_at is None else moments.text(key.revoked_at),
    }
