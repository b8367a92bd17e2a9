"""Everything that is held of one person, handed out: from the log, the files that were imported, and the audit table.

It is one answer and no job: a person's story is read in a moment, and no copy of it lies about for a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from ledger.events import moments
from ledger.events.mentions import Mentions
from ledger.log.port import LogReader
from projections.lists.refreshed import OpenLog
from service.deployment.tables.audit_trail import Act, AuditTable
from service.imports.record.person_records import PersonInFiles, WhoIsIn, records_about
from service.imports.registry.registry import Import
from service.queries.contact.everything import everything
from service.queries.contact.find import FoundContact
from service.queries.contact.origins import Origins
from service.queries.contact.own_names import OwnNames, own_names

PersonFormat = Literal["json", "html"]
PERSON_FORMATS: tuple[PersonFormat, ...] = get_args(PersonFormat)

NOT_HELD_HERE = (
    "Copies outside this ledger: backups, files that somebody downloaded, and the systems that sent the messages.",
    "Messages that are still on the bus, until its retention ends; those that were taken are all here.",
    "Lines of imported files whose copy has been removed since; what was taken from them is here.",
    "Refused messages and lines that name a phone or user id which was somebody else's then, or is now.",
)
"""What a document of everything is without, as sentences."""


@dataclass(frozen=True, slots=True)
class OnePerson:
    """Makes the document. Safe for threads.

    `imports` is the folder of imports, `file_name(import id)` what a file was called, `known_import(import id)` what is
    known of an import, `record` puts an act into the audit table, which `acts` reads; `clock` gives microseconds since
    the epoch.
    """

    log: OpenLog
    imports: Path
    file_name: Callable[[str], str | None]
    known_import: Callable[[str], Import | None]
    acts: AuditTable
    record: Callable[[Act], None]
    clock: Callable[[], int]

    def document(self, find: Callable[[LogReader], FoundContact], by: str, form: PersonFormat) -> dict[str, Any]:
        """Everything about whom `find` finds in the log, for `by`, which the audit trail then tells.

        Besides what `queries.everything` says: `lines` of files that mention the person, `acts` of the audit table that
        name the contact, and `notes` on what is not in it. Raises Unknown, NotMadeYet, StorageFault.
        """
        at, file_name = self.clock(), cache(self.file_name)
        with self.log() as log:
            log.freeze()
            found = find(log)
            document = everything(log, found, Origins(log, file_name))
            names = own_names(log, found.contact, document["phones"], document["user_ids"])
        lines = [
            {"import": one.import_id, "file": file_name(one.import_id), "line": one.line, "text": one.text,
             "found_by": one.found_by}
            for one in records_about(self.imports, self.known_import, _in_files(document, names))
        ]  # fmt: skip
        acts = [_told(one.act) for one in self.acts.about(document["ids"])]
        self.record(Act(at, by, "everything exported", {"contact": document["id"], "format": form}))
        made = {"made_at": moments.text(at), "made_by": by}
        return {**made, **document, "lines": lines, "acts": acts, "notes": list(NOT_HELD_HERE)}


def _in_files(document: dict[str, Any], names: OwnNames) -> WhoIsIn:
    lines = {one["id"]: one["lines"] for one in document["imports"]}

    @cache
    def person(phones: frozenset[str]) -> PersonInFiles:
        return PersonInFiles(Mentions(phones, names.user_ids), phones, lines=lines)

    return lambda began, ended: person(names.phones_during(began, ended))


def _told(act: Act) -> dict[str, Any]:
    return {"at": moments.text(act.at), "who": act.who, "what": act.what, "detail": dict(act.detail)}
