"""Adding a contact by hand (R25): faults stand beside their fields, and a form counts once however often it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, g, redirect, render_template, request

from ledger.bus.port import BusError
from ledger.events import types
from ledger.events.calls import TrackUser, track_user
from ledger.events.schema import FieldFault, Invalid
from ledger.log.entry import public_id
from service.commands.change_contact import ContactChanges
from service.commands.conflicts import IdentityConflict, PersonKeptOut
from service.commands.idempotency import KeyReused, NotKept
from service.http.services import Services
from service.hub.contact.fields import NameMeant, NewField, field_meant
from service.hub.contact.inputs import WORDS, NotMeant
from service.hub.contact.saved import became_of
from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.frame.words import sentence
from service.imports.columns.phone_cells import code_reader, number_reader

NEW = "/contacts/new"

KEPT_OUT_WORDS = (
    "Whoever had this phone or user ID asked to be forgotten, and is kept out. Nothing was added. Somebody who may"
    " forget people can let them in again."
)

_PLAIN = ("country_code", "phone_number", "user_id", "name", "tags")
_MEMBERS = {"countryCode": "country_code", "phoneNumber": "phone_number", "userId": "user_id", "tags": "tags"}
_MOST_FIELDS = 20
_BUSY = "The ledger cannot take changes just now. What you typed is still here: send it again, it counts once."


@dataclass(frozen=True, slots=True)
class _Row:
    """A further field of the form."""

    number: int
    field: NewField


def adding_pages(pages: Blueprint, services: Services) -> None:
    """Add the form and what it is sent to."""
    changes = ContactChanges(types.HUB, services.tracker, services.readers, services.consistency)

    @pages.get(NEW)
    @needs("track")
    def new_contact() -> Any:
        if "saving" not in request.args:
            return _form(services, {"country_code": f"+{services.settings.default_country_code}"})
        became = became_of(services, request.args["saving"])
        if not isinstance(became, int):
            status = (200, {"Refresh": "2"}) if "is_waiting" in became else (409, {})
            return render_template("contacts/arriving.html", notice=became), *status
        tell("Contact added.")
        with services.readers.log() as log:
            entry = log.entry(became)
            assert entry is not None
            assert entry.contact is not None
        return _to(services, entry.contact)

    @pages.post(NEW)
    @needs("track")
    def add_contact() -> Any:
        if "more" in request.form:
            return _form(services, request.form, rows=[*_rows(), _Row(len(_rows()), NewField("", "", ""))])
        call, faults = _call(services)
        if call is None:
            return _form(services, request.form, faults, _rows()), 422
        try:
            made = changes.make(call, g.session.name, partial(_claim, services, call))
        except KeyReused:
            text = "This form was sent before, with something else in it. Send it again to add another contact."
            return _form(services, {**request.form.to_dict(), "once": services.new_id()}, {"": text}, _rows()), 409
        except IdentityConflict as fault:
            if isinstance(fault, PersonKeptOut):
                return _form(services, request.form, {"": KEPT_OUT_WORDS}, _rows()), 409
            text = "Another contact has this user ID. Nothing was added."
            return _form(services, request.form, {"user_id": text}, _rows(), fault.holders.get("user_id")), 409
        except (BusError, NotKept):
            return _form(services, request.form, {"": _BUSY}, _rows()), 503
        if isinstance(made, int):
            tell(f"This {'phone' if call.phone else 'user ID'} is already known: nothing was changed.")
            return _to(services, made)
        if made.entry is None:
            return redirect(f"{NEW}?saving={made.token}", 303)
        tell("Contact added." if made.is_new else "Somebody added this contact at the same moment: both are in it.")
        assert made.entry.contact is not None
        return _to(services, made.entry.contact)


def _call(services: Services) -> tuple[TrackUser | None, dict[str, str]]:
    """What the form says, as a call; or what is wrong with it, by field."""
    faults: dict[str, str] = {}
    traits: dict[str, Any] = {}
    if request.form.get("name", "").strip():
        traits["name"] = request.form["name"].strip()
    known = services.catalogue.attributes()[0][0]
    for row in _rows():
        try:
            name, value = field_meant(row.field, known, services.settings.time_zone)
        except NameMeant as similar:
            faults[f"field-{row.number}"] = f"Did you mean {' or '.join(similar.names)}? Write it the same way."
        except NotMeant as fault:
            faults[f"field-{row.number}"] = f"{fault}."
        else:
            if name in traits:
                faults[f"field-{row.number}"] = "This field is there twice: fill in one of the two."
            traits[name] = value
    body = {
        "countryCode": code_reader(clean=True)(request.form.get("country_code", "")),
        "phoneNumber": number_reader(clean=True)(request.form.get("phone_number", "")),
        "userId": request.form.get("user_id", ""),
        "traits": traits,
        "tags": [tag for tag in request.form.get("tags", "").split(",") if tag.strip()],
    }
    if not body["phoneNumber"]:
        del body["countryCode"]  # it is proposed, whether there is a phone or not
    try:
        call = track_user(body, services.settings.default_country_code)
    except Invalid as fault:
        return None, dict(_by_field(fault.faults)) | faults
    return (None if faults else call), faults


def _by_field(found: tuple[FieldFault, ...]) -> Iterator[tuple[str, str]]:
    """The faults of a call by the form's field that each is about, in the form's words."""
    for one in found:
        member, _, below = one.pointer.removeprefix("/").partition("/")
        if not member:
            yield "phone_number", "Say who it is: a phone number, a user ID, or both."
            continue
        field = "name" if (member, below) == ("traits", "name") else _MEMBERS.get(member, "")
        text = one.message.removeprefix("traits.name ").removeprefix(f"{member} ")
        yield field, sentence(text)


def _rows() -> list[_Row]:
    """The further fields of which anything was typed."""
    given = zip(*(request.form.getlist(name)[:_MOST_FIELDS] for name in ("field", "type", "value")), strict=False)
    typed = [one for one in given if one[0].strip() or one[2].strip()]
    return [_Row(number, NewField(*one)) for number, one in enumerate(typed)]


def _claim(services: Services, call: TrackUser) -> Any:
    """What makes a double click one contact: the form's own key, made with it."""
    said = msgspec.json.encode([call.phone, call.user_id, call.traits, call.tags])
    once = request.form.get("once", "") or services.new_id()
    return services.idempotency.claim(g.session.name, f"hub {once}"[:100], NEW.encode(), said)


def _form(
    services: Services,
    typed: Any,
    faults: dict[str, str] | None = None,
    rows: list[_Row] | None = None,
    holder: str | None = None,
) -> str:
    (attributes, _), _ = services.catalogue.attributes()
    (tags, _), _ = services.catalogue.tags()
    return render_template(
        "contacts/new.html",
        typed={name: typed.get(name, "") for name in _PLAIN},
        once=typed.get("once") or services.new_id(),
        rows=rows or [],
        faults=faults or {},
        holder=holder,
        attributes=attributes,
        tags=tags,
        kinds=WORDS,
    )


def _to(services: Services, contact: int) -> Any:
    with services.readers.log() as log:
        return redirect(f"/contacts/{public_id(log.ids([contact])[contact])}", 303)
