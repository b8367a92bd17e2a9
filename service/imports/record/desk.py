"""The desk of imports: preparing them, and what became of them."""

from dataclasses import dataclass

from service.imports.record.results import Results
from service.imports.record.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Desk:
    """Imports for whoever publishes nothing: preparing them, and what became of them."""

    uploads: Uploads
    results: Results
