"""Likely duplicates, a pair at a time: both side by side with what would be left, and merged by one key."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from service.commands.contact_orders import CannotMerge
from service.commands.merge_contacts import MergePlan
from service.http.merging import contact_merges
from service.http.services import Services
from service.hub.contact.merging import SOURCE, rows_of
from service.hub.frame.access import needs
from service.queries.contact.find import Unknown, find_id
from service.queries.lists.duplicates import BadPairCursor

_WHY = {"email": "Both have the email", "name": "Both have the name, in the same area:"}


def duplicates_pages(services: Services) -> Blueprint:
    """The page of likely duplicates."""
    pages = Blueprint("duplicates", __name__)
    merges = contact_merges(services, SOURCE)

    @pages.get("/duplicates")
    @needs("read")
    def duplicates_page() -> Any:
        cursor = request.args.get("cursor") or None
        try:
            page = services.duplicates.page(1, cursor)
        except BadPairCursor:
            cursor = None
            page = services.duplicates.page(1)
        pair = page["pairs"][0] if page["pairs"] else None
        plan: MergePlan | None = None
        if pair is not None:
            with services.readers.log() as log:
                try:
                    plan = merges.plan_merge(*(find_id(log, one["id"]) for one in pair["contacts"]))
                except (CannotMerge, Unknown):
                    pair = None  # merged or gone meanwhile: the state shows that in a moment
        following = page["next_cursor"]
        return render_template(
            "contacts/duplicates.html",
            why=pair and f"{_WHY[pair['why']]} {pair['value']}",
            plan=plan,
            rows=plan and rows_of([*plan.before, *plan.after]),
            cursor=cursor,
            next=following and f"/duplicates?{urlencode({'cursor': following})}",
            newest=page.get("newest"),
        )

    return pages
