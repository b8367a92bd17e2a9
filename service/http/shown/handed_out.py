"""Everything about one person as an answer: JSON, or a page to be saved, printed or sent to that person."""

import msgspec
from flask import Response

from service.http.services import Services
from service.http.shown.person_page import person_page
from service.http.shown.shown_values import Moments
from service.jobs.exports.one_person import PersonFormat
from service.queries.contact.find import find_id

HTML = "text/html; charset=utf-8"
_TYPES = {"json": "application/json", "html": HTML}


def handed_out(services: Services, id: str, form: PersonFormat, by: str) -> Response:
    """The document of the contact with this id, to be saved; the audit trail tells that `by` took it. Raises Unknown.

    No cache may keep it.
    """
    document = services.one_person.document(lambda log: find_id(log, id), by, form)
    if form == "json":
        content = msgspec.json.encode(document)
    else:
        content = person_page(document, Moments(services.settings.time_zone, services.clock)).encode()
    headers = {
        "Content-Disposition": f'attachment; filename="everything-{document["id"]}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, content_type=_TYPES[form])
