"""`contacts keys`: make, list and revoke API keys."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import click

from ledger.events import moments
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.deployment.tables.keys import Key, Keys, KeyUnknown, TooManyKeys, shown
from service.deployment.tables.scopes import SCOPES
from service.wiring.drivers import now


@click.group()
def keys() -> None:
    """API keys: what a program signs in with."""


@keys.command()
@click.option("--name", required=True, help="Says whose key it is.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@as_json
def create(name: str, scopes: tuple[str, ...], is_json: bool) -> None:
    """Make a key. Its text is shown this once."""
    with _keys() as kept:
        try:
            key, text = kept.create(name, scopes, who())
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--name") from None
        except TooManyKeys as fault:
            raise Failed(str(fault)) from None
    emit(
        {"id": key.id, "key": text, "name": key.name, "scopes": shown(key)["scopes"]},
        is_json,
        lambda: click.echo(f"API key: {text}\nIt cannot be shown again. Its id is {key.id}."),
    )


@keys.command("list")
@as_json
def list_keys(is_json: bool) -> None:
    """Show every key, but not its text."""
    with _keys() as kept:
        found = kept.all()
    emit({"keys": [shown(key) for key in found]}, is_json, lambda: _print(found))


@keys.command()
@click.argument("id")
@as_json
def revoke(id: str, is_json: bool) -> None:
    """End a key; no call is let in by it after 5 seconds."""
    with _keys() as kept:
        try:
            key = kept.revoke(id, who())
        except KeyUnknown as fault:
            raise Failed(str(fault.args[0])) from None
    emit(shown(key), is_json, lambda: click.echo(f"Revoked {key.id} ({key.name})."))


@contextmanager
def _keys() -> Iterator[Keys]:
    with closing(opened().store()) as connection:
        yield Keys(connection, now, secrets.token_urlsafe)


def _print(found: Iterable[Key]) -> None:
    for key in found:
        revoked = "valid" if key.revoked_at is None else f"revoked {moments.text(key.revoked_at)}"
        click.echo(f"{key.id}  {revoked}  {' '.join(shown(key)['scopes'])}  {key.name}")
