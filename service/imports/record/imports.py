"""Imports for whoever publishes nothing: preparing them, and what became of them."""

from dataclasses import dataclass

from service.imports.record.results import Results
from service.imports.record.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of a deployment, open for one thread."""

    uploads: Uploads
    results: Results
