"""Refused updates: looked at, tried again as they stand or corrected, dropped; one by one, or all of a filter."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import NotFound

from ledger.bus.port import BusError
from ledger.events.schema import Invalid
from service.commands.rejected_messages import CountMoved, IsSettled, NotRejected, RefusedAgain, Which
from service.commands.retry_message import CannotBeTaken, SettlingOrder
from service.http.services import Services
from service.http.settling import rejected_messages
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import count, sentence
from service.hub.records import told
from service.queries.as_of import position_in
from service.queries.ledger.rejected import correctable, named_as_another, rejected_page, rejections

SOURCE = "/hub"
REFUSED = "/audit/rejected"
_AT_ONCE = 50
_LONGEST_WHY = 500


def refused_pages(pages: Blueprint, services: Services) -> None:
    """Add the pages of refused updates to the room's."""
    _listing(pages, services)
    _one(pages, services)
    _all(pages, services)


def _chosen() -> dict[str, str | None]:
    return {name: request.values.get(name) or None for name in ("reason", "source")}


def _listing(pages: Blueprint, services: Services) -> None:
    @pages.get("/rejected")
    @needs("audit")
    def rejected_messages_page() -> Any:
        chosen, is_open = _chosen(), request.args.get("show") != "all"
        before = position_in(request.args.get("before", ""))
        with services.readers.log() as log:
            reason, source = chosen["reason"], chosen["source"]
            page = rejected_page(log, _AT_ONCE, before=before, reason=reason, source=source, is_open=is_open)
            ever = bool(page["reasons"]) or bool(log.rejected(1))
            reused = named_as_another(log, page["rejected"])
        kept = {name: value for name, value in chosen.items() if value} | ({} if is_open else {"show": "all"})
        return render_template(
            "records/rejected.html", page=page, chosen=chosen, before=before, is_open=is_open, ever=ever,
            reused=reused, query=urlencode(kept),
            filters=urlencode({name: value for name, value in chosen.items() if value}),
        )  # fmt: skip


def _one(pages: Blueprint, services: Services) -> None:
    messages = rejected_messages(services, SOURCE)

    def shown(position: str, status: int = 200, **more: Any) -> Any:
        number = position_in(position)
        with services.readers.log() as log:
            entry = None if number is None else log.entry(number)
            if entry is None or entry.is_accepted:
                raise NotFound
            (one,) = rejections(log, [entry])
            may_retry = not named_as_another(log, [one])
        typed = {"message": correctable(entry)} | request.form.to_dict()
        return render_template("records/refused_one.html", one=one, typed=typed, may_retry=may_retry, **more), status

    def settled(position: str, order: Callable[[int], int | None], done: str) -> Any:
        number = position_in(position)
        if number is None:
            raise NotFound
        try:
            at = order(number)
        except NotRejected:
            raise NotFound from None
        except (CannotBeTaken, Invalid) as fault:
            return shown(position, 422, fault=f"It would be refused again: {fault}")
        except RefusedAgain as fault:
            return shown(position, 409, fault=f"It was refused again: {fault}")
        except IsSettled as fault:
            return shown(position, 409, fault=sentence(fault))
        except BusError:
            return shown(position, 503, fault="Nothing can be written just now. Try again in a moment.")
        tell("The order is on its way." if at is None else f"{done} in entry {count(at)}.")
        return redirect(f"{REFUSED}/{number}", 303)

    @pages.get("/rejected/<position>")
    @needs("audit")
    def refused_page(position: str) -> Any:
        return shown(position)

    @pages.post("/rejected/<position>/retry")
    @needs("audit")
    @needs("track")
    def retry_refused(position: str) -> Any:
        text = request.form.get("message")
        corrected = None if text is None else text.encode()
        return settled(position, lambda number: messages.retry(number, _said(), corrected), "It was taken")

    @pages.post("/rejected/<position>/drop")
    @needs("audit")
    @needs("track")
    def drop_refused(position: str) -> Any:
        if not _said().why:
            return shown(position, 422, drop_fault="Say why: the reason stays on record.")
        return settled(position, lambda number: messages.drop(number, _said()), "It was dropped")


def _all(pages: Blueprint, services: Services) -> None:
    messages = rejected_messages(services, SOURCE)

    def shown(status: int = 200, fault: str | None = None) -> Any:
        chosen = _chosen()
        plan = messages.plan(Which(**chosen))
        words = {"chosen": chosen, "plan": plan, "why": request.form.get("why", ""), "fault": fault}
        return render_template("records/refused_all.html", **words), status

    @pages.get("/rejected/all")
    @needs("audit")
    @needs("track")
    def all_refused() -> Any:
        return shown()

    @pages.post("/rejected/all/<any(retry, drop):order>")
    @needs("audit")
    @needs("track")
    def settle_all(order: str) -> Any:
        which, number = Which(**_chosen()), position_in(request.form.get("count", ""))
        if order == "drop" and not _said().why:
            return shown(422, "Say why: the reason stays on record.")
        act = messages.retry_all if order == "retry" else messages.drop_all
        try:
            sent = act(which, -1 if number is None else number, _said())
        except CountMoved as fault:
            return shown(409, f"Nothing is done: there are {count(fault.found)} of them now. Look again.")
        except BusError:
            return shown(503, "Not all of it could be written just now. What is not decided stays here: try again.")
        tell(f"{told.messages(sent)} {'are being tried again' if order == 'retry' else 'are being dropped'}.")
        return redirect(REFUSED, 303)


def _said() -> SettlingOrder:
    why = " ".join(request.form.get("why", "").split())[:_LONGEST_WHY]
    return SettlingOrder(g.session.name, why or None)
