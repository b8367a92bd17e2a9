"""Which import an import corrects, and which ones correct it, as both are told (R22)."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from service.imports.record.counts import about
from service.imports.registry.registry import Import, ImportUnknown, Registry


def corrections_json(registry: Registry, one: Import, taken: Mapping[int, str]) -> dict[str, Any]:
    """`corrects`: the import whose rejected rows this one has, None where it has a file's; `corrected_by`: the imports
    that have this one's, oldest first. Each with its id and what is known of it, the latter also with how many of the
    rejected rows they have `taken`: so many as `lines_taken` says.
    """
    corrects = None
    with suppress(ImportUnknown):
        corrects = None if one.corrects is None else _brief(registry.get(one.corrects))
    rows = Counter(taken.values())
    again = [{**_brief(each), "taken": rows[each.id]} for each in registry.that_correct(one.id)]
    return {"corrects": corrects, "corrected_by": again}


def _brief(one: Import) -> dict[str, Any]:
    return {"id": one.id, **about(one)}
