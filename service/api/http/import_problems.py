"""The answers to faults of files and imports: permanent ones, each with what to do."""

import errno
from collections.abc import Mapping
from typing import Any

from service.api.http.arguments import faulty
from service.http.problem import Problem
from service.imports.record.upload_faults import AlreadyImported, EncodingNeeded
from service.imports.registry.import_order import UndoNotPossible
from service.imports.registry.lifecycle import ImportState, StepNotAllowed
from service.imports.registry.registry import ImportUnknown
from service.imports.run.undo_import import WouldOptIn
from service.imports.table.refusal import CopyGone, FileRefused, FileTooLarge, MappingRefused, NotChecked


def problem_of_import(fault: Exception) -> Problem | None:
    """The answer to a fault of an import, None for any other."""
    match fault:
        case ImportUnknown():
            return Problem(404, str(fault))
        case StepNotAllowed():
            return not_allowed(fault, fault.state)
        case WouldOptIn():
            return consent_needed(fault)
        case EncodingNeeded():
            return Problem(409, str(fault), reason="encoding_needed")
        case FileTooLarge():
            return Problem(413, str(fault))
        case MappingRefused():
            return faulty([{"message": told, "reason": "mapping"} for told in fault.faults])
        case NotChecked():
            return Problem(409, str(fault), reason="state")
        case CopyGone():
            return Problem(404, str(fault))
        case FileRefused():
            return Problem(422, str(fault), reason="file_refused")
        case OSError() if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            return Problem(503, "the disk of the data folder is full; nothing was kept", headers={"Retry-After": "60"})
    return None


def not_allowed(fault: StepNotAllowed, state: ImportState | str) -> Problem:
    """409 for a step that is not in the table; `state` is told."""
    return Problem(409, str(fault), reason="state", state=str(state), allowed=list(fault.allowed))


def already_imported(fault: AlreadyImported, state: str) -> Problem:
    """409 for a file that an import in this state has brought; redo is offered where that was undone (R23)."""
    members: dict[str, Any] = {"reason": "already_imported", "imported_before": fault.earlier}
    if state not in ("undoing", "undone"):
        return Problem(409, str(fault), **members)
    redo = f"/v1/imports/{fault.earlier}/redo"
    told = f"Import {fault.earlier} had the same file with the same choices, and was undone."
    return Problem(409, f"{told} POST {redo} brings it back; `again` imports the file anew.", redo=redo, **members)


def consent_needed(fault: WouldOptIn) -> Problem:
    """409 for an undo or a redo that would opt people in again (R16)."""
    told = f"{fault} Give the order with `allow_opt_in` if they have agreed, or with `leave_opted_out`."
    return Problem(409, told, reason="opt_in_not_allowed", opt_ins=fault.opt_ins)


def not_ordered(fault: UndoNotPossible, status: Mapping[str, Any]) -> Problem:
    """409 for an undo or a redo that makes no sense now; `status` is the import's."""
    return Problem(409, str(fault), reason="state", state=status["state"], allowed=status["allowed"])
