"""`contacts erase --forget-after …`: how many contacts a rule for those without an event would erase (R31)."""

import click

from ledger.events import moments
from ledger.storage import NotMadeYet
from service.cli.erase_selected import contacts_said
from service.cli.terminal.terminal import Failed, emit
from service.deployment.forget_after import forget_after
from service.jobs.erasing.retention import needs_yes
from service.wiring.bulk_erasing import selected_people
from service.wiring.drivers import Drivers


def say_due(drivers: Drivers, text: str, *, is_json: bool) -> int:
    """Say how many have no event for so long, and whether that many wait for a person's yes; the exit code."""
    try:
        rule = forget_after(text)
    except ValueError as fault:
        raise click.UsageError(f"--forget-after {fault}") from None
    days = drivers.days()
    since = days.start(rule.before(days.today()))
    try:
        with selected_people(drivers).idle(since) as found:
            due, contacts, position = sum(map(len, found.pages)), found.of, found.position
    except NotMadeYet as fault:
        raise Failed(f"it cannot be said now: {fault}") from None
    waits = needs_yes(due, contacts)
    document = {
        "after": str(rule), "since": moments.text(since), "due": due, "contacts": contacts, "position": position,
        "waits_for_yes": waits,
    }  # fmt: skip

    def show() -> None:
        click.echo(f"{contacts_said(due)} of {contacts:,} had no event since {moments.text(since)}.")
        if waits:
            click.echo("So many wait for a person's yes: `contacts erasures confirm`, or the hub.")
        click.echo(f"CONTACTS_FORGET_AFTER='{rule}' has `contacts serve` erase them, once a day.")

    emit(document, is_json, show)
    return 0
