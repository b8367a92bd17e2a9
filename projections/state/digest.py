"""Two digests of contact state (decision 13): what it says, and everything it is made of."""

from collections.abc import Iterable
from hashlib import sha256

import orjson

from projections.fold.state import ContactState
from projections.state.port import StateReader

_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def content_digest(states: Iterable[ContactState]) -> str:
    """SHA-256 hex over identities, typed traits and tags, a canonical JSON line a contact, in identity order.

    The same facts give the same digest in whatever order unrelated contacts were recorded.
    """
    digest = sha256()
    for state in states:
        digest.update(_content_line(state))
    return digest.hexdigest()


def full_digest(reader: StateReader) -> str:
    """SHA-256 hex over ids, times, provenance, row outcomes and import counts too: equal only for the very same log.

    While an undo or a redo has not reached all its contacts, it is that of no position of the log.
    """
    return digests(reader)[1]


def digests(reader: StateReader) -> tuple[str, str]:
    """The content digest and the full digest, in one pass over the contacts."""
    content, full = sha256(), sha256()
    for state in reader.by_identity():
        content.update(_content_line(state))
        full.update(full_line(state))
    full.update(imports_digest(reader))
    return content.hexdigest(), full.hexdigest()


def _content_line(state: ContactState) -> bytes:
    tags = sorted(spelling for spelling, _ in state.tags.values())
    return orjson.dumps([state.phone, state.user_id, state.traits, tags], option=_SORTED)


def imports_digest(reader: StateReader) -> bytes:
    """SHA-256 over the row outcomes and the counts of all imports, and whether they are undone."""
    digest = sha256()
    for line in reader.outcome_lines():
        digest.update(orjson.dumps(line[:5], option=_SORTED))  # whose contact it was is in the contacts already
    for line in reader.import_lines():
        digest.update(orjson.dumps(line, option=_SORTED))
    return digest.digest()


def full_line(state: ContactState) -> bytes:
    """Everything a contact is made of, as one canonical JSON line."""
    tags = list(state.tags.values())
    stamps = {name: state.stamp_of(name) for name in {**state.traits, **state.stamps}}
    whole = [state.contact, state.id.hex(), state.phone, state.user_id, state.created, state.modified]
    return orjson.dumps([*whole, state.position, state.traits, stamps, tags], option=_SORTED)
