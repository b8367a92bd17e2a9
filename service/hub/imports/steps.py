"""One import: its page, which its state decides, and the forms by which it is prepared (R20, R21, R24)."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request

from ledger.storage import NotMadeYet
from service.http.services import Services
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.imports import told
from service.hub.imports.columns import TYPES, views, wanted, words_for_nothing
from service.hub.imports.options import DELIMITERS, options_of
from service.imports.columns.attributes import TITLES
from service.imports.columns.date_formats import DAYS
from service.imports.imports import Imports
from service.imports.table.refusal import FileRefused, MappingRefused
from service.imports.table.wording import OF_PAGE

Open = Callable[[], AbstractContextManager[Imports]]

_MOST_TAGS = 40
"""Existing tags that are offered at once; a search finds the others."""


def one_import(pages: Blueprint, opened: Open, services: Services) -> None:
    """The page of an import."""

    @pages.get("/<id>")
    @needs("import")
    def import_page(id: str) -> Any:
        with opened() as found:
            document = found.results.whole(id)
            step = _step(document, request.args.get("step", ""))
            if request.args.get("ordered", "-") in document["allowed"]:
                step = "ordered"  # it is on the bus, and the log has not taken it yet
            if step == "columns":
                return _columns_page(services, document, _known(services))
            since = corrected_since(found, document) if step == "result" else {}
        if step == "tags":
            return _tags_page(services, document)
        return render_template(f"imports/{step}.html", **about(document), **_pace(document, services.clock()), **since)


def choosing(pages: Blueprint, opened: Open, services: Services) -> None:
    """The forms of the first steps: tags, and how the file is read; each leads to the step behind it."""

    @pages.post("/<id>/tags")
    @needs("import")
    def choose_tags(id: str) -> Any:
        chosen = [tag for tag in request.form.getlist("tag") if tag.strip()]
        chosen += [tag for tag in request.form.get("more", "").split(",") if tag.strip()]
        if "search" in request.form:
            with opened() as found:
                document = found.results.whole(id)
            return _tags_page(services, document, chosen=chosen, q=request.form.get("q", ""))
        with opened() as found:
            try:
                found.uploads.tag(id, chosen)
            except FileRefused as refused:
                document = found.results.whole(id)
                return _tags_page(services, document, chosen=chosen, fault=refused.as_sentence(OF_PAGE)), 422
        return redirect(f"/imports/{id}?step=columns", 303)

    @pages.post("/<id>/reading")
    @needs("import")
    def choose_reading(id: str) -> Any:
        given = {name: request.form.get(name, "") or None for name in ("encoding", "delimiter", "sheet")}
        with opened() as found:
            kept = found.results.status(id)["options"]
            given = {name: text if name in request.form else kept[name] for name, text in given.items()}
            try:
                found.uploads.set_options(id, _with_lists(kept) | given)
            except FileRefused as refused:
                document = found.results.whole(id)
                fault = refused.as_sentence(OF_PAGE)
                if document["preview"] is None:
                    return render_template("imports/encoding.html", fault=fault, **about(document)), 422
                known = _known(services)
                return _columns_page(services, document, known, reading_fault=fault), 422
        return redirect(f"/imports/{id}?step={request.form.get('then', 'columns')[:10]}", 303)


def matching(pages: Blueprint, opened: Open, services: Services) -> None:
    """The form of Match columns, which has the file checked, and the check by itself."""

    @pages.post("/<id>/mapping")
    @needs("import")
    def choose_columns(id: str) -> Any:
        with opened() as found:
            document = found.results.whole(id)
            if document["preview"] is None:
                return redirect(f"/imports/{id}", 303)
            options, known = options_of(request.form), _known(services)
            try:
                found.uploads.choose(id, options, wanted(request.form, document, known))
            except (MappingRefused, FileRefused) as refused:
                faults = refused.faults if isinstance(refused, MappingRefused) else (refused.as_sentence(OF_PAGE),)
                shown = {**document, "options": {**document["options"], **options}}
                return _columns_page(services, shown, known, typed=request.form, faults=faults), 422
            found.uploads.check(id)
        return redirect(f"/imports/{id}", 303)

    @pages.post("/<id>/like")
    @needs("import")
    def choose_as_before(id: str) -> Any:
        """Match columns as an earlier import did, and check."""
        with opened() as found:
            try:
                found.uploads.choose_as(id, request.form.get("earlier", ""))
            except FileRefused as refused:
                tell(f"Those choices do not fit any more: {refused.as_sentence(OF_PAGE)}", kind="fault")
                return redirect(f"/imports/{id}?step=columns", 303)
            found.uploads.check(id)
        return redirect(f"/imports/{id}", 303)

    @pages.post("/<id>/check")
    @needs("import")
    def check(id: str) -> Any:
        """Check, with other options where the form names some."""
        with opened() as found:
            kept = found.results.status(id)["options"]
            switched = {name: True for name in ("clean_phones", "relaxed_names") if name in request.form}
            if switched:
                found.uploads.set_options(id, _with_lists(kept) | switched)
            found.uploads.check(id)
        return redirect(f"/imports/{id}", 303)


def about(document: Mapping[str, Any]) -> dict[str, Any]:
    """What every page of an import shows."""
    state = document["state"]
    return {
        "one": document,
        "sum": told.sum_of(document),
        "state": told.STATES[state],
        "steps": told.STEPS,
        "can": frozenset(document["allowed"]),
        "still_open": document["rejected"]
        + document["duplicate"]
        - sum(one["taken"] for one in document["corrected_by"]),
    }


def corrected_since(found: Imports, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a result says of corrections: of the import whose rows it corrects, and of those that correct its own."""
    of = document["corrects"] if document["confirmed_at"] else None
    return {
        "left_there": found.results.still_open(of["id"]) if of else 0,
        "taken": found.results.lines_taken(document["id"]) if document["corrected_by"] else {},
    }


def _step(document: Mapping[str, Any], asked: str) -> str:
    """The template of the step that the state decides; while nothing is confirmed an earlier one can be asked for."""
    state, can = document["state"], document["allowed"]
    if state in ("undoing", "redoing") or (document["confirmed_at"] and document["progress"] is not None):
        return "progress"
    if "tags" not in can:
        return "result"
    if document["preview"] is None:
        return "encoding" if document["unreadable"] is not None else "progress"
    if asked in ("tags", "columns"):
        return asked
    if document["progress"] is not None:
        return "progress"
    if state == "checked":
        return "check"
    return "tags" if state == "uploaded" else "columns"


def _tags_page(
    services: Services, document: Mapping[str, Any], *, chosen: list[str] | None = None, q: str = "", fault: str = ""
) -> str:
    (found, _), _ = services.catalogue.tags()
    chosen = document["tags"] if chosen is None else chosen
    words = q.casefold().split()
    counted = {one["tag"]: one["contacts"] for one in found}
    fits = [tag for tag in counted if all(word in tag.casefold() for word in words)]
    offered = list(dict.fromkeys([*services.settings.default_tags, *chosen, *fits[:_MOST_TAGS]]))
    left = len(fits) - sum(tag in offered for tag in fits)
    return render_template(
        "imports/tags.html",
        **about(document),
        chosen=chosen,
        counted=counted,
        offered=offered,
        left=left,
        found=len(fits) if words else None,
        q=q,
        fault=fault,
    )


def _columns_page(
    services: Services,
    document: Mapping[str, Any],
    known: Mapping[str, str],
    *,
    typed: Mapping[str, str] | None = None,
    faults: tuple[str, ...] | None = None,
    reading_fault: str = "",
) -> str:
    proposal = document["preview"]["proposal"]
    is_first = document["mapping"] is None
    if faults is None:
        faults = tuple(proposal["faults"]) if is_first else ()
        faults += (document["failure"],) if "failure" in document else ()
    faults = tuple(map(told.mapping_fault, faults))
    columns = views(document, known, _zone(services.settings.time_zone), typed, faults)
    has_phone = any(one["attribute"] == "phone_number" for one in proposal["columns"])
    may_need_code = proposal["country_code"] is not None or not has_phone
    code = document["options"]["country_code"] or ""
    if is_first and typed is None and may_need_code:
        code = services.settings.default_country_code.removeprefix("+")
    return render_template(
        "imports/columns.html",
        **about(document),
        columns=columns,
        types=TYPES,
        days=DAYS,
        faults=[fault for fault in faults if not any(fault in view.faults for view in columns)],
        at_columns=[view for view in columns if view.faults],
        reading_fault=reading_fault,
        delimiters=DELIMITERS,
        country_code=code,
        may_need_code=may_need_code,
        nothing=words_for_nothing(document),
    )


def _known(services: Services) -> dict[str, str]:
    """The fields that people have beside those that everybody can have, and their types, as they are kept ready.

    A file can be prepared before there is any state, when nobody has a field.
    """
    try:
        (attributes, _), _ = services.catalogue.attributes()
    except NotMadeYet:
        return {}
    return {one["name"]: one["type"] for one in attributes if one["name"] not in TITLES}


def _with_lists(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they are told, as they are chosen."""
    return {**options, "null_values": tuple(options["null_values"] or ())}


def _zone(zone: ZoneInfo | None) -> str:
    """The business's zone as a date format names it; where none is set, how far the host's is from UTC today."""
    return datetime.now().astimezone().strftime("%z") if zone is None else zone.key


def _pace(document: Mapping[str, Any], now: int) -> dict[str, Any]:
    """How fast it goes since it was confirmed, in rows a second, and the seconds left; None while it cannot be said."""
    progress, confirmed = document["progress"], document["confirmed_at"]
    if progress is None:
        return {"stage": None, "rate": None, "left": None}
    stage = told.STAGES.get(progress["stage"], progress["stage"])
    seconds = 0.0 if confirmed is None else now / 1e6 - datetime.fromisoformat(confirmed).timestamp()
    done, rows = progress["done"], progress["rows"]
    if progress["stage"] != "publishing" or not done or seconds < 1:
        return {"stage": stage, "rate": None, "left": None}
    rate = done / seconds
    return {"stage": stage, "rate": round(rate), "left": max(1, round((rows - done) / rate))}
