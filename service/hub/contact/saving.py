"""What becomes of a form of the contact's page: it is saved, or comes back as it was typed, with why (R26)."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, request

from ledger.bus.port import BusError, NotConfirmed, TooLarge
from ledger.events import types
from ledger.events.calls import ContactPatch, contact_patch
from ledger.events.data import data_of
from ledger.events.schema import Invalid
from service.commands.change_contact import ContactChanged, ContactChanges
from service.commands.conflicts import IdentityConflict, PersonKeptOut
from service.commands.edit_contact import ConsentNeeded, ContactEdits, Edited, FieldsChanged
from service.http.services import Services
from service.http.shown.where_from import origins_in
from service.hub.contact.inputs import kind_of, typed
from service.hub.contact.saved import tell_same, tell_saved
from service.hub.contact.shown import ContactPage, Form
from service.hub.frame import words
from service.queries.as_of import position_in
from service.queries.contact import contact as documents
from service.queries.contact.find import find_id
from service.queries.ledger.consistency import WriteRejected

Reform = Callable[..., Form]
"""Makes the form that was sent anew, with a `fault` or a question (`ask`)."""


class Saving:
    """Saves what the forms say, and leads back to the page."""

    def __init__(self, services: Services, page: ContactPage, moments: words.Moments) -> None:
        self._services = services
        self._page = page
        self._moments = moments
        changes = ContactChanges(types.HUB, services.tracker, services.readers, services.consistency)
        self._edits = ContactEdits(changes, services.readers)

    def save(self, id: str, body: Mapping[str, Any], read_at: int, form: Reform) -> Any:
        """Change the contact by the body of a PATCH; the answer is the page with what became of it, or with the form.

        Raises find.Unknown.
        """
        try:
            patch = contact_patch(body)
            edited = self._edits.edit(
                id, patch, g.session.name, read_at, is_consent_sure=request.form.get("sure") == "yes"
            )
        except Invalid as fault:
            text = "; ".join(one.message for one in fault.faults)
            return self._again(id, form(fault=_named(text)), 422)
        except FieldsChanged as moved:
            return self._again(id, form(ask=self._conflict(id, moved, body)), 412)
        except ConsentNeeded:
            return self._again(id, form(ask={"kind": "consent", "again": self.sent(read_at)}), 409)
        except ContactChanged:
            text = "Others are changing this contact at this very moment. Nothing was saved: try again."
            return self._again(id, form(fault=text), 412)
        except IdentityConflict as fault:
            text = "Another contact has this user ID. Nothing was saved."
            if isinstance(fault, PersonKeptOut):
                text = "Whoever had this user ID asked to be forgotten, and is kept out. Nothing was saved."
            return self._again(id, form(fault=text, ask=_held(fault.holders.get("user_id"))), 409)
        except WriteRejected as fault:
            return self._again(id, form(fault=f"The ledger did not take it: {fault}."), 409)
        except BusError as fault:
            return self._again(id, form(fault=f"{_bus_words(fault)}."), 413 if isinstance(fault, TooLarge) else 503)
        return self._back(edited, patch)

    def rejected(self, id: str, position: int) -> Any:
        """An edit that was on its way too long to wait for, and lost to another: its form, with what was typed."""
        with self._services.readers.log() as log:
            entry = log.entry(position)
            current = documents.contact(self._services.readers, log, find_id(log, id), None)
        traits = {} if entry is None else data_of(entry.headers, entry.value).traits or {}
        if not traits:
            return None
        name, value = next(iter(traits.items()))
        zone = self._services.settings.time_zone
        moved = FieldsChanged([name], current["position"])
        stands = typed(value, kind_of(name, value, None), zone)
        ask = self._conflict(id, moved, {"traits": {name: value}})
        sent = [("field", name), ("kind", stands.kind), ("value", stands.text), ("time", stands.time)]
        ask["again"] = [*sent, ("read_at", str(current["position"]))]
        ask["action"] = f"/contacts/{id}/edit"
        return self._page.render(id, Form(field=name, typed=stands, ask=ask)), 412

    def _back(self, edited: Edited, patch: ContactPatch) -> Any:
        """To the page, which says what became of it."""
        address = f"/contacts/{edited.id}"
        if edited.written is None:
            tell_same(next(iter(patch.traits), "user_id" if patch.user_id is not None else "tags"))
        elif edited.written.entry is None:
            return redirect(f"{address}?{urlencode({'saving': edited.written.token})}", 303)
        else:
            with self._services.readers.log() as log:
                found = find_id(log, edited.id)
                tell_saved(log, found, edited.id, edited.written.entry.position, self._moments)
        return redirect(address, 303)

    def _again(self, id: str, form: Form, status: int) -> Any:
        return self._page.render(id, form), status

    def _conflict(self, id: str, moved: FieldsChanged, body: Mapping[str, Any]) -> dict[str, Any]:
        """What somebody else did to the field meanwhile, and what each of the two ways on would leave there."""
        name = moved.fields[0]
        with self._services.readers.log() as log:
            origins, asked = origins_in(self._services, log), documents.AskedEvents(name)
            event = documents.newest(log, find_id(log, id), origins, None, 1, asked)["events"][0]
        change = next(one for one in event["changes"] if one["attribute"] == name)
        wanted = body.get("user_id") if name == "user_id" else body.get("traits", {}).get(name)
        return {
            "kind": "conflict",
            "field": name,
            "who": words.came_from(event)[1],
            "change": change,
            "at": event["recorded_at"],
            "wanted": wanted,
            "again": self.sent(moved.position),
        }

    def sent(self, read_at: int) -> list[tuple[str, str]]:
        """The fields of the form that was sent, based on what is there now."""
        kept = [(name, text) for name, text in request.form.items(multi=True) if name not in ("csrf", "read_at")]
        return [*kept, ("read_at", str(read_at))]


def read_at_in_form(otherwise: int = 0) -> int:
    """The position at which the page was that a form was sent from."""
    position = position_in(request.form.get("read_at", ""))
    return otherwise if position is None else position


def _held(holder: str | None) -> dict[str, Any] | None:
    return None if holder is None else {"kind": "held", "holder": holder}


def _named(message: str) -> str:
    """A fault of a patch, as the page words it: without the names of its members."""
    return words.sentence(message.removeprefix("traits.").removeprefix("tags[0] ").removeprefix("user_id "))


def _bus_words(fault: BusError) -> str:
    match fault:
        case TooLarge():
            return "This is too long for one message: shorten it. Nothing was saved"
        case NotConfirmed():
            return "The ledger did not answer in time. What you typed is still here: save it again, it counts once"
    return "The ledger cannot take changes just now. Nothing was saved; what you typed is still here: try again"
