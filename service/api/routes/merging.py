"""Contacts merged by hand and split again (R33)."""

from typing import Any

from flask import Response, g

from service.api.description.shapes import merge_shapes as shapes
from service.api.http.claims import tries_of
from service.api.http.if_match import IF_MATCH
from service.api.http.order_answers import order_answer, ordered_before
from service.api.http.order_problems import is_as_read, refused
from service.api.http.routing import Routes, Scopes
from service.commands.contact_orders import CannotMerge, OrderRefused
from service.commands.merge_contacts import (
    ContactMerges,
    ManyMerged,
    MergeOptsIn,
    MergeOrdered,
    MergePlan,
    MergeSaid,
    refuse_opt_in,
)
from service.http.merging import contact_merges
from service.http.problem import Problem
from service.http.services import Services
from service.queries.contact.find import find, find_id

CONTACTS = "/v1/contacts"
"""The source of the orders that are sent from here."""

_MERGING: Scopes = (("read", "track"),)
"""Both: an answer shows the contacts, and they are changed."""


def merging_routes(services: Services) -> Routes:
    """The routes that merge and split contacts."""
    routes = Routes("merging", "Merge two contacts into one, and split them again")
    merges = contact_merges(services, CONTACTS)

    @routes.post("/v1/contacts/<id>/merge", scope=_MERGING)
    @routes.body(shapes.MergeBody, example=shapes.MERGE)
    @routes.answers(200, shapes.MergePlanSchema, example=shapes.DONE)
    @routes.answers(202, shapes.MergePlanSchema)
    @routes.repeatable(IF_MATCH)
    @routes.problems(404, 409, 410, 412, 422, 503)
    def merge_contacts(body: dict[str, Any], id: str) -> Response:
        """Merge another contact into this one.

        One contact is left, with this one's id, phone and user id; what it lacks comes from the other, and of two
        values the newer one stays. The other phone finds it too. A split takes it back. 409: it is no other contact, or
        somebody would be opted in to WhatsApp by it who has opted out. What is not decided within two seconds is 202.
        """
        if (told := _before(services, merges, body)) is not None:
            return told
        with services.readers.log() as log:
            survivor, absorbed = find_id(log, id), find(log, body["absorbed"])
        try:
            plan = merges.plan_merge(survivor, absorbed)
        except CannotMerge as fault:
            raise Problem(409, str(fault), reason="wrong_state") from None
        return _ordered(services, merges, plan, body)

    @routes.post("/v1/contacts/<id>/split", scope=_MERGING)
    @routes.body(shapes.SplitBody, example=shapes.SPLIT)
    @routes.answers(200, shapes.MergePlanSchema, example=shapes.DONE)
    @routes.answers(202, shapes.MergePlanSchema)
    @routes.repeatable(IF_MATCH)
    @routes.problems(404, 409, 410, 412, 422, 503)
    def split_contact(body: dict[str, Any], id: str) -> Response:
        """Split this contact from the one that it is merged into.

        By the id of a contact that was merged away it is split off; by that of one into which another was merged, the
        other is. Both are as if they had never been merged, and no message merges them again. 409: none is merged, or
        several are, and `contacts` names them.
        """
        if (told := _before(services, merges, body)) is not None:
            return told
        with services.readers.log() as log:
            found = find_id(log, id)
        try:
            plan = merges.plan_split(found)
        except ManyMerged as fault:
            raise Problem(409, str(fault), reason="wrong_state", contacts=list(fault.ids)) from None
        except CannotMerge as fault:
            raise Problem(409, str(fault), reason="wrong_state") from None
        return _ordered(services, merges, plan, body)

    return routes


def _before(services: Services, merges: ContactMerges, body: dict[str, Any]) -> Response | None:
    """What was answered to the call at hand when it came before; None where nothing was decided by it."""
    ordered = None if body["dry_run"] else ordered_before(services.idempotency, merges.ordered)
    return None if ordered is None else _told(ordered)


def _ordered(services: Services, merges: ContactMerges, plan: MergePlan, body: dict[str, Any]) -> Response:
    said = MergeSaid(f"key:{g.key.name}", body["reason"], body["allow_opt_in"])
    is_firm = is_as_read(plan.before[0])
    try:
        if body["dry_run"]:
            return _told(MergeOrdered(plan, None), is_dry=True)
        refuse_opt_in(plan, said)  # first, so that the second yes can be said under the same key
        tries = tries_of(services.idempotency, g.content, is_firm=is_firm)
        return _told(merges.order(plan, said, tries))
    except CannotMerge as fault:
        raise Problem(409, str(fault), reason="wrong_state") from None
    except MergeOptsIn as fault:
        text = f"{fault}: say allow_opt_in to do it all the same"
        raise Problem(409, text, reason="opt_in_not_allowed") from None
    except OrderRefused as fault:
        raise refused(fault) from None


def _told(ordered: MergeOrdered, *, is_dry: bool = False) -> Response:
    return order_answer(ordered.plan, ordered.position, ordered.plan.after, is_dry=is_dry)
