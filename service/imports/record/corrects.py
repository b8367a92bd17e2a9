"""Which import an import corrects, and which ones correct it, as both are told (R22)."""

from contextlib import suppress
from typing import Any

from service.imports.record.counts import about
from service.imports.registry.registry import Import, ImportUnknown, Registry


def corrections_json(registry: Registry, one: Import) -> dict[str, Any]:
    """`corrects`: the import whose rejected rows this one has, None where it has a file's; `corrected_by`: the imports
    that have this one's, oldest first. Each with its id and what is known of it.
    """
    corrects = None
    with suppress(ImportUnknown):
        corrects = None if one.corrects is None else _brief(registry.get(one.corrects))
    return {"corrects": corrects, "corrected_by": list(map(_brief, registry.that_correct(one.id)))}


def _brief(one: Import) -> dict[str, Any]:
    return {"id": one.id, **about(one)}
