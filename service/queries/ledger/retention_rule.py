"""What is due by `CONTACTS_FORGET_AFTER`, for whoever looks (R31)."""

from pathlib import Path
from typing import Any

from ledger.events import moments
from service.deployment.forget_after import ForgetAfter
from service.deployment.tables.store_checks import retention_found


def retention_now(path: Path, rule: ForgetAfter | None) -> dict[str, Any] | None:
    """The rule as JSON, with what it found when it last looked; None where contacts are kept for good.

    `due` and `looked_at` are None until it has looked; `waits_for_yes` is the id of the erasure that somebody has to
    confirm, None where nothing waits. `path` is that of `service.db`.
    """
    if rule is None:
        return None
    found = retention_found(path)
    if found is None or found.rule != str(rule):
        return {"after": str(rule), "due": None, "looked_at": None, "waits_for_yes": None}
    at = moments.text(found.at)
    return {"after": str(rule), "due": found.due, "looked_at": at, "waits_for_yes": found.waiting}
