"""How the overview is drawn: a bar a day, each a link to the contacts made on it; and growth between two days."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from service.http.services import Services
from service.hub.contacts.months import by_month
from service.hub.frame.access import needs
from service.queries.lists.overview import BadDays

DAYS = 30
_MOST_BY_DAY = 92
"""A quarter of a year is told day by day, a longer time by month."""

_HEIGHT = 64
_WIDTH = 12
_LEAST = 2
"""A day with any new contact shows a bar of this height at least."""


def growth_pages(services: Services) -> Blueprint:
    """The page of growth between two days."""
    pages = Blueprint("growth", __name__)

    @pages.get("/contacts/growth")
    @needs("read")
    def growth_page() -> Any:
        fault, found = None, None
        try:
            days = [date.fromisoformat(request.args[name]) for name in ("since", "until") if request.args.get(name)]
            if len(days) == 2:
                found = services.overviews.between(*days)
        except (BadDays, ValueError) as bad:
            fault = f"These days are not possible: {bad}."
        found = found or services.overviews.of_last(DAYS)
        today = services.days.today().isoformat()
        return render_template("contacts/growth.html", found=drawn(found), fault=fault, today=today)

    return pages


def drawn(found: dict[str, Any]) -> dict[str, Any]:
    """The overview with what a template needs to draw it: `bars`, `rows`, `week` (growth in seven days), `share`.

    A bar is a day, or in `is_by_month` a month, from its `day` to its `until`. `rows` are the bars, the newest first;
    several in a row in which nothing changed are one.
    """
    is_by_month = len(found["days"]) > _MOST_BY_DAY
    parts = by_month(found["days"]) if is_by_month else [{**day, "until": day["day"]} for day in found["days"]]
    most = max((part["new"] for part in parts), default=0) or 1
    bars = [_bar(number, part, most) for number, part in enumerate(parts)]
    contacts = found["contacts"]
    return {
        **found,
        "is_by_month": is_by_month,
        "bars": bars,
        "rows": _rows(bars, found["before"]),
        "width": _WIDTH * len(bars),
        "height": _HEIGHT,
        "week": contacts - found["days"][-8]["contacts"] if len(found["days"]) > 7 else contacts,
        "share": _share(found),
        "taken": sum(day["undone"] - day["redone"] for day in found["days"]),
        "merged": sum(day["merged"] for day in found["days"]),
        "erased": sum(day["erased"] for day in found["days"]),
        "last": found["days"][-1],
    }


def _rows(bars: Sequence[dict[str, Any]], before: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for bar in bars:
        is_quiet = all(bar[name] == before[name] for name in ("contacts", "opted_in")) and not any(
            bar[name] for name in ("new", "undone", "redone", "merged", "erased")
        )
        if is_quiet and rows and rows[-1]["is_quiet"]:
            rows[-1]["until"] = bar["until"]
        else:
            rows.append({**bar, "is_quiet": is_quiet})
        before = bar
    return rows[::-1]


def _share(counts: dict[str, Any]) -> int:
    """How many of a hundred contacts have opted in."""
    return round(100 * counts["opted_in"] / counts["contacts"]) if counts["contacts"] else 0


def made_on(first: str, last: str) -> str:
    """The address of the contacts made on a day, or from one to another."""
    return "/contacts?" + urlencode({"where": f"created_at=day:{first if first == last else f'{first},{last}'}"})


def _bar(number: int, day: dict[str, Any], most: int) -> dict[str, Any]:
    """A bar of a part a kind of source, the tallest one as high as the chart."""
    parts, top = [], float(_HEIGHT)
    whole = max(_LEAST, _HEIGHT * day["new"] / most) if day["new"] else 0
    new = Counter[str]()
    for source in day["sources"]:
        new[source["kind"]] += source["new"]
    for kind in filter(new.get, new):
        height = whole * new[kind] / day["new"]
        top -= height
        parts.append({"kind": kind, "y": round(top, 2), "height": round(height, 2)})
    return {
        **day,
        "share": _share(day),
        "x": number * _WIDTH,
        "width": _WIDTH - 2,
        "parts": parts,
        "address": made_on(day["day"], day["until"]),
    }
