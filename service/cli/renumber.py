"""`contacts renumber`: a person has another phone number."""

import click

from ledger.events.phone import PhoneFault, normalise_full
from service.cli.merging import WAIT_SECONDS
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened
from service.commands.contact_orders import OrderRefused, Tries
from service.commands.erase_contact import ReasonUnfit
from service.commands.renumber_contact import CannotRenumber, NumberPlan, NumberWanted
from service.deployment.locks import is_held
from service.deployment.parts import CONSUMER
from service.queries.contact.find import Unknown, find
from service.wiring.merging import number_changes

SOURCE = "/cli"


@click.command()
@click.argument("whom", metavar="WHO")
@click.argument("new", metavar="NEW")
@click.option("--reason", help="Why; it stays in the log for good, so leave phone, user id, name and email out.")
@click.option(
    "--allow-opt-in",
    is_flag=True,
    help="The consent to WhatsApp that was given for the old number counts for the new one too.",
)
@click.option(
    "--old-begins-anew",
    is_flag=True,
    help="The old number does not find the contact any more: whoever comes by it is a new contact.",
)
@click.option("--yes", "is_sure", is_flag=True, help="Do it; without it, only say what would come of it.")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@as_json
def renumber(
    whom: str,
    new: str,
    reason: str | None,
    allow_opt_in: bool,
    old_begins_anew: bool,
    is_sure: bool,
    dry_run: bool,
    is_json: bool,
) -> None:
    """Give the contact WHO the phone NEW, such as +919820098200; without --yes, only show what would come of it.

    The old number finds the contact still, unless --old-begins-anew is given. Whoever has the new one is merged into
    it. `contacts split` takes it back.
    """
    is_done = is_sure and not dry_run
    if is_done and reason is None:
        raise click.UsageError("--reason is missing: say why; it stays in the log")
    try:
        wanted = NumberWanted(normalise_full(new), who(), reason, allow_opt_in, old_begins_anew)
    except PhoneFault as fault:
        raise click.UsageError(f"NEW: {fault.quoting(new)}") from None
    deployment = opened().deployment
    seconds = WAIT_SECONDS if is_held(CONSUMER.lock(deployment.data)) else 0.0
    with number_changes(deployment, SOURCE) as changes:
        try:
            with opened().log_reader() as log:
                found = find(log, whom)
            plan, position = changes.plan(found, wanted), None
            if is_done:
                ordered = changes.order(plan, wanted, Tries(seconds=seconds))
                plan, position = ordered.plan, ordered.position
        except ReasonUnfit as fault:
            raise click.UsageError(f"--reason: {fault}") from None
        except (Unknown, CannotRenumber) as fault:
            raise Failed(str(fault)) from None
        except OrderRefused as fault:
            raise Failed(f"it was refused, at position {fault.position}: {fault}") from None
    document = {"position": position, "contacts": [plan.after], "opts_in": plan.opts_in, "absorbed": plan.absorbed}
    emit(document, is_json, lambda: _show(plan, wanted, position, is_done=is_done))


def _show(plan: NumberPlan, wanted: NumberWanted, position: int | None, *, is_done: bool) -> None:
    name = plan.after["traits"].get("name") or plan.contact
    old = "begins a new contact" if wanted.old_begins_anew else "finds the contact still"
    click.echo(f"{name}: {plan.before[0]['phone']} → {wanted.phone}. The old number {old}.")
    if len(plan.before) > 1:
        click.echo(f"Contact {plan.absorbed}, which has the new number now, is merged into it.")
    if plan.opts_in and not wanted.allow_opt_in:
        click.echo("The consent to WhatsApp stays with the old number; with --allow-opt-in it counts for the new one.")
    elif plan.opts_in:
        click.echo("The consent to WhatsApp counts for the new number.")
    if not is_done:
        click.echo("Nothing is done yet: with --yes and --reason it is.")
    elif position is None:
        click.echo("The order is on the bus: the consumer decides when it comes to it.")
    else:
        click.echo(f"Done, at position {position}. `contacts split` takes it back.")
