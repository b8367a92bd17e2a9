"""The guard against formulas: a CSV of ours opens in a spreadsheet, and no cell of it may run there."""

import re

_STARTERS = ("=", "+", "-", "@", "\t", "\r")
_PHONE_LIKE = re.compile(r"[+]?[\d\s().-]*", re.ASCII).fullmatch


def _is_risky(cell: str) -> bool:
    return cell.lstrip("'").startswith(_STARTERS)


def guard(cell: str, *, is_phone: bool = False) -> str:
    """The cell with one leading `'` where a spreadsheet would see a formula; phones and country codes stay."""
    if not _is_risky(cell) or (is_phone and _PHONE_LIKE(cell)):
        return cell
    return "'" + cell


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell) else cell
