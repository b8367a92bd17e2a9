"""Tags that somebody gives to one contact: a change of contacts that is about one, and can be taken back (R5)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.imports.columns.choices import Choices, import_hash
from service.imports.columns.identity_file import COLUMNS, header_line, identity_lines
from service.imports.record.folder import ImportFolder, put_in_place
from service.imports.record.uploads import UploadPorts
from service.imports.registry.lifecycle import ImportState
from service.imports.registry.registry import Import, Registry
from service.queries.filters.selection import Selection


@dataclass(frozen=True, slots=True)
class Tagging:
    """Gives tags to one contact. `folder` holds a folder for each import."""

    folder: Path
    registry: Registry
    ports: UploadPorts

    def give(self, contact: dict[str, Any], tags: list[str], by: str | None) -> str:
        """Have tags added to a contact, given as a document; the id of the change, which whoever runs imports makes.

        It needs no check: nobody is opted in by a tag. Raises Invalid for what is no tag.
        """
        from service.imports.columns.edit import WantedEdit  # slow to load, and a list of imports needs none of it

        edit, cleaned, name = WantedEdit(Selection((f"contact={contact['id']}",)), tags=tags).read()
        id = self.ports.new_id()
        choices = Choices(tags=tuple(cleaned), mode="update", match="either", delimiter=",", edit=edit)
        about = hashlib.sha256(id.encode()).hexdigest()  # the same change again is another one
        folder = ImportFolder(self.folder / id)
        with folder.held():
            put_in_place(folder.source, [header_line(), identity_lines([(contact["phone"], contact["user_id"])])])
            confirmed = self.ports.stated()
            self.registry.add(
                Import(
                    *(id, import_hash(about, choices), about, name, choices, COLUMNS, confirmed),
                    rows=1,
                    state=ImportState.RUNNING,
                    by=by,
                ),
                again=True,
            )
        return id
