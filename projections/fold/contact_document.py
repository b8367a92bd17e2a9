"""A contact as the outside sees it: the Contact JSON of command line and HTTP alike."""

from typing import Any

from ledger.events import moments
from ledger.events.phone import split
from ledger.log.entry import public_id
from projections.fold.state import ContactState


def contact_document(state: ContactState) -> dict[str, Any]:
    """The Contact shape: null for absent identities, only traits that have a value, tags in the order they came."""
    country_code, number = split(state.phone) if state.phone else (None, None)
    return {
        "id": public_id(state.id),
        "phone": state.phone,
        "country_code": country_code,
        "phone_number": number,
        "user_id": state.user_id,
        "traits": state.traits,
        "tags": [spelling for spelling, _ in state.tags.values()],
        "created_at": moments.text(state.created),
        "modified_at": moments.text(state.modified),
        "position": state.position,
    }
