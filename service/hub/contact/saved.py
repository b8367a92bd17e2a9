"""What a page says of a change that was made from it, and of one that is still on its way."""

from collections.abc import Mapping
from typing import Any

from ledger.log.port import LogReader
from service.http.services import Services
from service.hub.contact.timeline import undone
from service.hub.frame import words
from service.hub.frame.notices import Undo, tell
from service.queries.contact import contact as documents
from service.queries.contact.find import FoundContact
from service.queries.contact.origins import Origins
from service.queries.ledger.consistency import BadToken, NotShown, WriteRejected

_LONGEST = 80
"""Characters of a value in a notice; the page has it whole."""


def tell_saved(log: LogReader, found: FoundContact, id: str, position: int, moments: words.Moments) -> None:
    """Have the next page say what the event at this position changed, with the way back where there is one."""
    events = documents.history(log, found, Origins(log), position - 1, 1)["events"]
    changes = events[0]["changes"] if events and events[0]["position"] == position else []
    said = "; ".join(_change(one, moments) for one in changes) or "Saved: nothing to see changed"
    way_back = Undo(f"/contacts/{id}/undo", {"position": str(position)}) if events and undone(events[0]) else None
    tell(f"{said}.", undo=way_back)


def tell_same(field: str) -> None:
    """Have the next page say that there was nothing to change."""
    tell(f"{words.title(field)} is like that already: nothing was changed.")


def became_of(services: Services, token: str) -> int | Mapping[str, Any]:
    """The position of a change that was on its way, once it shows; else what to say of it.

    That is a `text`, which `is_fault` or `is_waiting`, and the position where it was `rejected`.
    """
    try:
        return services.consistency.wait(token).position
    except NotShown:
        return {"text": "Saving… The change is safe, and shows here in a moment.", "is_waiting": True}
    except WriteRejected as fault:
        return {"text": f"The change was not made: {fault}.", "is_fault": True, "rejected": fault.position}
    except BadToken:
        return {"text": "This address names no change.", "is_fault": True}


def _change(change: Mapping[str, Any], moments: words.Moments) -> str:
    name, before, after = words.title(change["attribute"]), change["from"], change["to"]
    if change["attribute"] == "tags":
        return f"Tag added: {_short(moments.value(after))}"
    if after is None:
        return f"{name} cleared: it was {_short(moments.value(before))}"
    return f"{name} changed: {_short(moments.value(before)) or 'no value'} → {_short(moments.value(after))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
