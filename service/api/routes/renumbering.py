"""A contact's number changed (R33)."""

from functools import partial
from typing import Any

from flask import Response, g

from ledger.events.phone import PhoneFault, normalise_full
from ledger.log.keeping_out import KEPT_OUT
from service.api.description.shapes import merge_shapes as shapes
from service.api.http.arguments import bad_member
from service.api.http.claims import tries_of
from service.api.http.if_match import IF_MATCH
from service.api.http.order_answers import order_answer, ordered_before
from service.api.http.order_problems import is_as_read, refused
from service.api.http.routing import Routes
from service.commands.contact_orders import OrderRefused
from service.commands.erase_contact import ReasonUnfit
from service.commands.renumber_contact import (
    CannotRenumber,
    NumberChanges,
    NumberKeptOut,
    NumberOrdered,
    NumberPlan,
    NumberWanted,
)
from service.http.merging import number_changes
from service.http.problem import Problem
from service.http.services import Services
from service.queries.contact.find import find_id

CONTACTS = "/v1/contacts"
"""The source of the orders that are sent from here."""


def renumbering_routes(services: Services) -> Routes:
    """The route that gives a contact another number."""
    routes = Routes("renumbering", "Give a contact another phone number")
    numbers = number_changes(services, CONTACTS)

    @routes.post("/v1/contacts/<id>/renumber", scope=(("read", "track"),))
    @routes.body(shapes.RenumberBody, example=shapes.RENUMBER)
    @routes.answers(200, shapes.MergePlanSchema, example=shapes.DONE)
    @routes.answers(202, shapes.MergePlanSchema)
    @routes.repeatable(IF_MATCH)
    @routes.problems(404, 409, 410, 412, 422, 503)
    def renumber_contact(body: dict[str, Any], id: str) -> Response:
        """Give this contact another phone number.

        The old number finds the contact still, unless `old_begins_anew` says that whoever comes by it is a new one.
        Whoever has the new number is merged into the contact. Consent to WhatsApp stays with the number that it was
        given for, unless `allow_opt_in` says otherwise. A split takes it back. 409: the
        contact has this phone already, or none that could change, or whoever had it asked to be forgotten, or somebody
        else came by it while the order was on its way. What is not decided within two seconds is 202.
        """
        try:
            phone = normalise_full(body["phone"])
        except PhoneFault as fault:
            raise bad_member("phone", fault.quoting(body["phone"]).removeprefix("phone ")) from None
        by, is_anew = f"key:{g.key.name}", body["old_begins_anew"]
        wanted = NumberWanted(phone, by, body["reason"], body["allow_opt_in"], is_anew)
        if not body["dry_run"]:
            before = ordered_before(services.idempotency, partial(numbers.ordered, wanted))
            if before is not None:
                return _told(before)
        with services.readers.log() as log:
            found = find_id(log, id)
        try:
            return _renumbered(services, numbers, numbers.plan(found, wanted), wanted, is_dry=body["dry_run"])
        except ReasonUnfit as fault:
            raise bad_member("reason", f"is unfit: {fault}") from None
        except CannotRenumber as fault:
            reason = KEPT_OUT if isinstance(fault, NumberKeptOut) else "wrong_state"
            raise Problem(409, str(fault), reason=reason) from None

    return routes


def _renumbered(
    services: Services, numbers: NumberChanges, plan: NumberPlan, wanted: NumberWanted, *, is_dry: bool
) -> Response:
    is_firm = is_as_read(plan.before[0])
    if is_dry:
        return _told(NumberOrdered(plan, None), is_dry=True)
    try:
        return _told(numbers.order(plan, wanted, tries_of(services.idempotency, g.content, is_firm=is_firm)))
    except OrderRefused as fault:
        raise refused(fault) from None


def _told(ordered: NumberOrdered, *, is_dry: bool = False) -> Response:
    return order_answer(ordered.plan, ordered.position, [ordered.plan.after], is_dry=is_dry)
