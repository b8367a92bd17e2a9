"""Imports for calls and pages: preparing them, what became of them, and orders about them."""

from dataclasses import dataclass

from service.imports.record.results import Results
from service.imports.record.tagging import Tagging
from service.imports.record.uploads import Uploads
from service.imports.run.undo_import import Orders


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of a deployment, open for one thread."""

    uploads: Uploads
    results: Results
    orders: Orders
    tagging: Tagging
