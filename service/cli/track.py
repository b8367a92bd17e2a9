"""`contacts track`: publish a contact's traits and tags, as the track call does."""

from contextlib import closing
from typing import Any

import click
import msgspec

from ledger.events.schema import Invalid
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.commands.call_messages import noted
from service.commands.conflicts import IdentityConflict
from service.commands.track import Ready, Tracker

SOURCE = "/cli"


@click.command()
@click.option("--phone", metavar="+91…", help="Country code and number.")
@click.option("--user-id", metavar="ID", help="Your own id of the contact.")
@click.option("--trait", "traits", multiple=True, metavar="NAME=TEXT | NAME:=JSON", help="May be repeated.")
@click.option("--tag", "tags", multiple=True, help="May be repeated.")
@as_json
def track(
    phone: str | None, user_id: str | None, traits: tuple[str, ...], tags: tuple[str, ...], is_json: bool
) -> None:
    """Tell the ledger about a contact: traits to set, tags to add."""
    from service.wiring.api import tracker

    body = {"fullPhoneNumber": phone, "userId": user_id, "traits": traits_of(traits), "tags": list(tags)}
    tracking = tracker(opened().deployment)
    with closing(tracking.publisher):
        ready = _publish(tracking, body)
    document = {"result": True, "message": "Published", "id": ready.ids[0], "ids": ready.ids} | noted(ready.notes)

    def show() -> None:
        for note in ready.notes:
            click.echo(f"{note.message}.")
        click.echo(f"Published as {', '.join(ready.ids)}.")

    emit(document, is_json, show)


def _publish(tracking: Tracker, body: dict[str, Any]) -> Ready:
    try:
        ready = tracking.user(body, SOURCE, who())
        tracking.publish(ready)()
    except Invalid as fault:
        raise click.UsageError("\n".join(each.message for each in fault.faults)) from None
    except IdentityConflict as fault:
        raise Failed(str(fault)) from None
    return ready


def traits_of(given: tuple[str, ...]) -> dict[str, Any]:
    """Values by name, of texts NAME=TEXT or NAME:=JSON. Raises click.BadParameter."""
    traits: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r} is not NAME=TEXT or NAME:=JSON", param_hint="--trait")
        if not name.endswith(":"):
            traits[name] = value
            continue
        try:
            traits[name[:-1]] = msgspec.json.decode(value)
        except msgspec.MsgspecError:
            raise click.BadParameter(f"the value of {name[:-1]!r} is not JSON", param_hint="--trait") from None
    return traits
