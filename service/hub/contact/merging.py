"""Two contacts merged into one and split again: a page shows both side by side first, and what would be left (R33)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request

from ledger.bus.port import BusError
from ledger.events import types
from ledger.events.traits import DEFAULT_TYPES
from ledger.log.port import LogReader
from service.commands.contact_orders import CannotMerge, OrderRefused, Tries
from service.commands.merge_contacts import (
    ContactMerges,
    ManyMerged,
    MergeOptsIn,
    MergePlan,
    MergeSaid,
)
from service.http.merging import contact_merges
from service.http.services import Services
from service.hub.contact.as_shown import BASED_ON, CHANGED, ChangedSince, as_shown
from service.hub.frame.access import needs
from service.hub.frame.notices import Undo, tell
from service.hub.frame.words import sentence
from service.queries.contact import contact as documents
from service.queries.contact.find import Unknown, find_id
from service.queries.contact.hub_contact import Ambiguous, as_written

SOURCE = "/hub"
_LONGEST_WHY = 500
_FIRST = ("phone", "user_id", *DEFAULT_TYPES)


def merging_pages(pages: Blueprint, services: Services) -> None:
    """Add the pages to those of a contact. Raise find.Unknown."""
    _merging(pages, services)
    _splitting(pages, services)


def _merging(pages: Blueprint, services: Services) -> None:
    merges = contact_merges(services, SOURCE)

    def shown(id: str, other: str, status: int = 200, fault: str | None = None) -> Any:
        plan = None
        with services.readers.log() as log:
            contact = find_id(log, id)
            id = documents.id_of(log, contact)
            if other:
                try:
                    plan = merges.plan_merge(contact, as_written(log, other))
                except (Unknown, Ambiguous, CannotMerge) as refused:
                    fault, status = sentence(refused), 422
        words = {"id": id, "other": other, "plan": plan, "rows": plan and _rows(plan), "fault": fault}
        return render_template("contact/merge.html", **words, typed=request.form), status

    @pages.get("/contacts/<id>/merge")
    @needs("read")
    @needs("track")
    def merge_page(id: str) -> Any:
        return shown(id, request.args.get("with", "").strip())

    @pages.post("/contacts/<id>/merge")
    @needs("read")
    @needs("track")
    def merge(id: str) -> Any:
        other = request.form.get("with", "")
        with services.readers.log() as log:
            contact = find_id(log, id)
            try:
                plan = merges.plan_merge(contact, find_id(log, other))
            except (Unknown, CannotMerge) as refused:
                return shown(id, "", 409, sentence(refused))
        is_same = (plan.survivor, plan.absorbed) == (id, other)
        fault = _fault_of(merges, plan, "Merged. Both phones find this contact.", is_same=is_same)
        if fault is not None:
            return shown(id, other, 409, fault)
        return redirect(_next(plan.survivor), 303)


def _splitting(pages: Blueprint, services: Services) -> None:
    merges = contact_merges(services, SOURCE)

    def shown(id: str, status: int = 200, fault: str | None = None) -> Any:
        plan, choices = None, list[dict[str, Any]]()
        with services.readers.log() as log:
            try:
                plan = merges.plan_split(find_id(log, id))
            except ManyMerged as many:
                choices = [_choice(log, merges.plan_split(find_id(log, one))) for one in many.ids[:_MOST_CHOICES]]
            except CannotMerge as refused:
                fault, status = sentence(refused), 409
        words = {"id": id, "plan": plan, "rows": plan and _rows(plan), "choices": choices, "fault": fault}
        return render_template("contact/split.html", **words, typed=request.form), status

    @pages.get("/contacts/<id>/split")
    @needs("read")
    @needs("track")
    def split_page(id: str) -> Any:
        return shown(id)

    @pages.post("/contacts/<id>/split")
    @needs("read")
    @needs("track")
    def split(id: str) -> Any:
        with services.readers.log() as log:
            try:
                plan = merges.plan_split(find_id(log, id))
            except CannotMerge as refused:
                return shown(id, 409, sentence(refused))
        done = "They are two contacts again." if len(plan.after) == 2 else "Taken back."
        fault = _fault_of(merges, plan, done, is_same=plan.absorbed == id)
        if fault is not None:
            return shown(id, 409, fault)
        return redirect(f"/contacts/{plan.survivor}", 303)


_MOST_CHOICES = 20


def _said() -> MergeSaid:
    why = " ".join(request.form.get("why", "").split())[:_LONGEST_WHY]
    return MergeSaid(g.session.name, why or None, "allow_opt_in" in request.form)


def _next(id: str) -> str:
    """Where to go after a merge: back to the likely duplicates, where it was asked for there."""
    if request.form.get("next") != "duplicates":
        return f"/contacts/{id}"
    cursor = request.form.get("cursor")
    return f"/duplicates?{urlencode({'cursor': cursor})}" if cursor else "/duplicates"


def _fault_of(merges: ContactMerges, plan: MergePlan, done: str, *, is_same: bool) -> str | None:
    """Order what the page showed and have the next page say what became of it; why it could not be ordered.

    `is_same`: the plan is about the contacts that the page showed.
    """
    try:
        position = merges.order(as_shown(plan, is_same=is_same), _said(), Tries(is_firm=True)).position
    except ChangedSince:
        return CHANGED
    except MergeOptsIn:
        return "One of the two has opted out of WhatsApp, and would be opted in. Say yes to that below."
    except OrderRefused as refused:
        return CHANGED if refused.is_outdated else f"It was refused: {refused}."
    except BusError:
        return "Nothing can be written just now. Try again in a moment."
    way_back = Undo(f"/contacts/{plan.absorbed}/split", {BASED_ON: str(position)})
    is_over = position is not None and plan.type == types.CONTACTS_MERGED
    tell("The order is on its way." if position is None else done, undo=way_back if is_over else None)
    return None


def _choice(log: LogReader, plan: MergePlan) -> dict[str, Any]:
    if len(plan.after) == 1:  # nobody came by the number since it was given to the contact
        made = log.entry(log.contact_of_id(plan.absorbed) or 0)
        phone = None if made is None else made.phone
        return {"id": plan.absorbed, "name": "A number that was not used since", "phone": phone, "user_id": None}
    contact = plan.after[-1]
    return {"id": plan.absorbed, "name": name_of(contact), "phone": contact["phone"], "user_id": contact["user_id"]}


def name_of(contact: Mapping[str, Any]) -> str:
    """What a contact is called."""
    return str(contact["traits"].get("name") or contact["phone"] or contact["user_id"] or "Contact")


def _rows(plan: MergePlan) -> list[dict[str, Any]]:
    """The fields of all contacts that a plan shows, those before first: `cells`, and whether they `differ`."""
    contacts = [*plan.before, *plan.after]
    return rows_of(contacts)


def rows_of(contacts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The fields of contacts side by side: of each its name, `cells`, and whether they `differ`."""
    names = dict.fromkeys((*_FIRST, *sorted({name for one in contacts for name in one["traits"]})))
    rows = []
    for name in names:
        cells = [one[name] if name in ("phone", "user_id") else one["traits"].get(name) for one in contacts]
        if any(cell is not None for cell in cells):
            rows.append({"name": name, "cells": cells, "differ": any(cell != cells[0] for cell in cells)})
    tags = [", ".join(one["tags"]) or None for one in contacts]
    if any(tags):
        rows.append({"name": "tags", "cells": tags, "differ": any(cell != tags[0] for cell in tags)})
    return rows
