"""Rejected rows corrected in place: up to 200 on the page, by reason, only the faulty cells as inputs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.hub.frame.access import needs
from service.hub.frame.notices import tell
from service.hub.imports.steps import Open, about
from service.imports.record.corrections import FaultyRow
from service.imports.record.upload_faults import NothingCorrected
from service.imports.rows.reasons import what
from service.imports.table.refusal import CopyGone, FileRefused, NotChecked
from service.imports.table.wording import OF_PAGE, worded

MOST_ROWS = 200

_TO_TYPE = {
    "phone_decimal": "Type the number without it.",
    "phone_scientific": "Type the whole number.",
    "user_id_scientific": "Type the whole user ID.",
}
"""What helps where the cell itself can be typed, and not its column in a spreadsheet."""

AGREED = "agreed"
"""The field that has rows checked again as they are: the import that they become asks for the second yes."""


def correcting(pages: Blueprint, opened: Open) -> None:
    """The page of rejected rows, and its form."""

    @pages.get("/<id>/rejected")
    @needs("import")
    def rejected_rows(id: str) -> Any:
        return page(id)

    @pages.post("/<id>/rejected")
    @needs("import")
    def check_again(id: str) -> Any:
        with opened() as found:
            try:
                rows = found.results.faulty_rows(id, MOST_ROWS)
                lines = found.results.corrected_csv(id, _corrected(rows))
                new = found.uploads.receive_corrected(id, lines, by=g.session.name)
            except NothingCorrected:
                return page(id, "Nothing is corrected yet: change a cell first."), 422
            except FileRefused as refused:
                return page(id, refused.as_sentence(OF_PAGE)), 422
        return redirect(f"/imports/{new}", 303)

    def page(id: str, fault: str = "") -> Any:
        with opened() as found:
            document, taken = found.results.whole(id), found.results.lines_taken(id)
            try:
                rows = found.results.faulty_rows(id, MOST_ROWS)
            except (CopyGone, NotChecked) as gone:
                tell(str(gone), kind="fault")
                return redirect(f"/imports/{id}", 303)
        return render_template(
            "imports/rejected.html",
            **about(document),
            groups=_by_reason(rows),
            taken=_by_import(taken),
            for_consent=is_for_consent,
            shown=len(rows),
            typed=request.form,
            fault=fault,
            hint=lambda fault: _TO_TYPE.get(fault.reason) or worded(fault.hint, OF_PAGE),
        )


def _corrected(rows: Sequence[FaultyRow]) -> dict[int, dict[str, str]]:
    """What the form has in the faulty cells, by line and column; nothing for rows that are to be taken as they are.

    A row that the form shows no cell of, as its fault is the whole row's, is none of them.
    """
    agreed: dict[int, dict[str, str]] = {row.line: {} for row in rows if AGREED in request.form and is_for_consent(row)}
    return {row.line: typed for row in rows if (typed := _typed(row))} | agreed


def _typed(row: FaultyRow) -> dict[str, str]:
    return {
        cell.column: text
        for cell in row.faulty
        if (text := request.form.get(f"cell{row.row}.{cell.place}")) is not None
    }


def is_for_consent(row: FaultyRow) -> bool:
    """Whether it was left out only because the person said no to WhatsApp before (R16)."""
    return all(fault.reason == "opt_in_not_allowed" for fault in row.faults)


def _by_reason(rows: Iterable[FaultyRow]) -> list[tuple[str, list[FaultyRow]]]:
    """The rows by what is wrong with each first, the most frequent first."""
    groups: dict[str, list[FaultyRow]] = {}
    for row in rows:
        groups.setdefault(row.faults[0].reason, []).append(row)
    return sorted(((what(reason), group) for reason, group in groups.items()), key=lambda one: -len(one[1]))


def _by_import(taken: Mapping[int, str]) -> dict[str, list[int]]:
    """The lines that each import has taken."""
    found: dict[str, list[int]] = {}
    for line, id in taken.items():
        found.setdefault(id, []).append(line)
    return found
