"""`contacts people`: who may use the hub in the browser, and their one-time links."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from service.cli.terminal.given import settings, who
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.deployment.tables.people import NameTaken, People, PersonUnknown, shown
from service.deployment.tables.scopes import SCOPES
from service.wiring.drivers import now


@click.group()
def people() -> None:
    """People: who may use the hub in the browser."""


@people.command()
@click.option("--name", required=True, help="The person's name, as the hub shows it.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@as_json
def add(name: str, scopes: tuple[str, ...], is_json: bool) -> None:
    """Let somebody in, and make their first link. It works once, within a day."""
    with _people() as kept:
        try:
            person = kept.add(name, scopes, who())
        except NameTaken as fault:
            raise Failed(str(fault)) from None
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--name") from None
        link = _address(kept.link(person.id, who()))
    emit({**shown(person), "link": link}, is_json, lambda: click.echo(f"Sign in: {link}"))


@people.command("list")
@as_json
def list_people(is_json: bool) -> None:
    """Show everybody who may use the hub."""
    with _people() as kept:
        found = list(map(shown, kept.all()))

    def tell() -> None:
        for person in found:
            click.echo(f"{person['id']}  {' '.join(person['scopes'])}  {person['name']}")

    emit({"people": found}, is_json, tell)


@people.command()
@click.argument("id")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@as_json
def rights(id: str, scopes: tuple[str, ...], is_json: bool) -> None:
    """Give a person other rights: the scopes are all that they have from now on."""
    with _people() as kept:
        try:
            person = kept.change(id, scopes, who())
        except PersonUnknown as fault:
            raise Failed(str(fault.args[0])) from None
    document = shown(person)
    emit(document, is_json, lambda: click.echo(f"{person.name} may now: {' '.join(document['scopes'])}"))


@people.command()
@click.argument("id")
@as_json
def link(id: str, is_json: bool) -> None:
    """Make a new one-time link for a person."""
    with _people() as kept:
        try:
            made = _address(kept.link(id, who()))
        except PersonUnknown as fault:
            raise Failed(str(fault.args[0])) from None
    emit({"id": id, "link": made}, is_json, lambda: click.echo(f"Sign in: {made}"))


@people.command()
@click.argument("id")
@as_json
def remove(id: str, is_json: bool) -> None:
    """Let a person in no longer; they are signed out everywhere at once."""
    with _people() as kept:
        try:
            person = kept.remove(id, who())
        except PersonUnknown as fault:
            raise Failed(str(fault.args[0])) from None
    emit(shown(person), is_json, lambda: click.echo(f"Removed {person.id} ({person.name})."))


@contextmanager
def _people() -> Iterator[People]:
    with closing(opened().store()) as connection:
        yield People(connection, now, secrets.token_urlsafe)


def _address(link: str) -> str:
    """The link on this deployment's own address; behind a proxy, put the proxy's host in its place."""
    given = settings()
    return f"http://{given.address}/sign-in/{link}"
