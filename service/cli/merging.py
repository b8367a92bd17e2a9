"""`contacts merge` and `contacts split`: two contacts made one, and taken apart again."""

from collections.abc import Callable
from typing import Any

import click

from ledger.events import types
from service.cli.terminal.given import who
from service.cli.terminal.terminal import Failed, as_json, emit, opened, table
from service.commands.contact_orders import CannotMerge, OrderRefused, Tries
from service.commands.merge_contacts import ContactMerges, MergeOptsIn, MergePlan, MergeSaid
from service.deployment.locks import is_held
from service.deployment.parts import CONSUMER
from service.queries.contact.find import Unknown, find
from service.wiring.merging import contact_merges

SOURCE = "/cli"
WAIT_SECONDS = 10.0
"""How long a command waits for a running consumer to decide."""

_REASON = click.option("--reason", help="Why; it is kept in the log.")
_OPT_IN = click.option(
    "--allow-opt-in", is_flag=True, help="Do it although somebody opts in to WhatsApp by it who had opted out."
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would come of it.")


@click.command()
@click.argument("a")
@click.argument("b")
@_REASON
@_OPT_IN
@_DRY_RUN
@as_json
def merge(a: str, b: str, reason: str | None, allow_opt_in: bool, dry_run: bool, is_json: bool) -> None:
    """Merge contact B into contact A: one contact is left, with A's id and phone, which both phones find.

    Each is given by its id, its phone (+919967536783) or its user id. `contacts split` takes it back.
    """

    def planned(merges: ContactMerges) -> MergePlan:
        with opened().log_reader() as log:
            return merges.plan_merge(find(log, a), find(log, b))

    _do(planned, MergeSaid(who(), reason, allow_opt_in), dry_run, is_json)


@click.command()
@click.argument("a")
@_REASON
@_OPT_IN
@_DRY_RUN
@as_json
def split(a: str, reason: str | None, allow_opt_in: bool, dry_run: bool, is_json: bool) -> None:
    """Split a contact from the one that it is merged into, whether a message merged them or somebody did.

    Both are then as if they had never been merged. A is the id of the contact that was merged away, or whatever finds
    the contact that it was merged into.
    """

    def planned(merges: ContactMerges) -> MergePlan:
        with opened().log_reader() as log:
            return merges.plan_split(find(log, a))

    _do(planned, MergeSaid(who(), reason, allow_opt_in), dry_run, is_json)


def _do(planned: Callable[[ContactMerges], MergePlan], said: MergeSaid, dry_run: bool, is_json: bool) -> None:
    deployment = opened().deployment
    seconds = WAIT_SECONDS if is_held(CONSUMER.lock(deployment.data)) else 0.0
    with contact_merges(deployment, SOURCE) as merges:
        try:
            plan, position = planned(merges), None
            if not dry_run:
                ordered = merges.order(plan, said, Tries(seconds=seconds))
                plan, position = ordered.plan, ordered.position
        except (Unknown, CannotMerge) as fault:
            raise Failed(str(fault)) from None
        except MergeOptsIn as fault:
            raise Failed(f"{fault}: with --allow-opt-in it is done all the same") from None
        except OrderRefused as fault:
            raise Failed(f"it was refused, at position {fault.position}: {fault}") from None
    document = {"position": position, "contacts": plan.after, "opts_in": plan.opts_in, "absorbed": plan.absorbed}
    emit(document, is_json, lambda: _show(plan, position, dry_run=dry_run))


def _show(plan: MergePlan, position: int | None, *, dry_run: bool) -> None:
    columns = ("id", "phone", "user id", "name", "city", "tags")

    def cells(one: dict[str, Any]) -> tuple[Any, ...]:
        traits = one["traits"]
        return one["id"], one["phone"], one["user_id"], traits.get("name"), traits.get("city"), ", ".join(one["tags"])

    table(columns, map(cells, plan.after))
    what = "merged into one" if plan.type == types.CONTACTS_MERGED else "split"
    if plan.type == types.CONTACTS_SPLIT and len(plan.after) == 1:
        click.echo("Of the contact that is split off nothing is left.")
    if dry_run:
        click.echo(f"Nothing is done yet: this is what would be left, {what}.")
    elif position is None:
        click.echo("The order is on the bus: the consumer decides when it comes to it.")
    else:
        click.echo(f"They are {what}, at position {position}.")
