"""Everything about one person as a page by itself: it opens from a disk, prints, and has nothing in it that runs."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader

from ledger.events import types
from service.http.shown.shown_values import Moments, visible
from service.imports.columns.attributes import TITLES


def person_page(document: Mapping[str, Any], moments: Moments) -> str:
    """The page of a document of `service.jobs.exports.one_person`, complete with its style."""
    page = Environment(loader=PackageLoader("service.http"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page.filters |= {"moment": moments.full, "value": moments.value, "visible": visible}
    page.filters |= {"title": _title, "kind": lambda type: _KINDS.get(type, type)}
    return page.get_template("person.html").render(document, name=name_of(document))


def name_of(document: Mapping[str, Any]) -> str:
    """What the person is called in a heading: by name, else phone, else user id."""
    contact = document["contact"] or {"traits": {}}
    known = (*document["phones"], *document["user_ids"], document["id"])
    return str(contact["traits"].get("name") or known[0])


def _title(attribute: str) -> str:
    return _TITLES.get(attribute) or visible(attribute)


_KINDS = {
    types.USER_TRACKED: "Details told",
    types.TAGS_ADDED: "Tags added",
    types.EVENT_TRACKED: "Event",
    types.IMPORT_UNDONE: "Import undone",
    types.IMPORT_REDONE: "Import done again",
}
"""What types of events are called; any other by its name."""

_TITLES = {**TITLES, "phone": "Phone", "tags": "Tags"}
