"""Bodies and answers of imports that the description shows."""

from typing import Any

MAPPING: dict[str, Any] = {
    "columns": [
        {"column": "Points", "attribute": "Loyalty Points", "type": "number"},
        {"column": "Remarks", "attribute": None},
    ]
}
TAGS: dict[str, Any] = {"tags": ["new customer"]}
OPTIONS: dict[str, Any] = {"country_code": "91", "clean_phones": True}
CONFIRMATION: dict[str, Any] = {"allow_opt_in": False}
_PREVIEW: dict[str, Any] = {
    "delimiter": ",",
    "header": ["Full Name", "Phone (with code)", "Points", "Remarks"],
    "rows": [
        {"line": 2, "cells": ["Gavin Roberts", "+919967536783", "120", "knows us"]},
        {"line": 3, "cells": ["Asha Rao", "+919820098200", "80", ""]},
        {"line": 4, "cells": ["Ravi Shah", "+919833098330", "many", ""]},
    ],
    "proposal": {
        "columns": [
            {
                "column": "Full Name",
                "attribute": "name",
                "type": "string",
                "reason": "synonym",
                "values": 3,
                "fits": 1.0,
                "formats": [],
                "format_misfits": 0,
                "first_misfit": None,
            },
            {
                "column": "Phone (with code)",
                "attribute": "phone_number",
                "type": "string",
                "reason": "synonym",
                "values": 3,
                "fits": 1.0,
                "formats": [],
                "format_misfits": 0,
                "first_misfit": None,
            },
            {
                "column": "Points",
                "attribute": "Points",
                "type": "string",
                "reason": "new",
                "values": 3,
                "fits": 1.0,
                "formats": [],
                "format_misfits": 0,
                "first_misfit": None,
            },
            {
                "column": "Remarks",
                "attribute": "Remarks",
                "type": "string",
                "reason": "new",
                "values": 1,
                "fits": 1.0,
                "formats": [],
                "format_misfits": 0,
                "first_misfit": None,
            },
        ],
        "country_code": None,
        "faults": [],
    },
}
_COUNTS = {
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "older": 0,
    "skipped": 0,
    "duplicate": 0,
    "rejected": 0,
    "pending": 0,
    "cancelled": 0,
    "erased": 0,
}
_ABOUT: dict[str, Any] = {
    "by": "Website",
    "bytes": 141,
    "made_at": "2026-11-24T16:08:37.928Z",
    "confirmed_at": None,
    "ended_at": None,
}
_OPTIONS: dict[str, Any] = {
    "country_code": None,
    "mode": "upsert",
    "match": "phone",
    "fill": False,
    "blank": "keep",
    "null_values": [],
    "relaxed_names": False,
    "clean_phones": False,
    "allow_opt_in": False,
    "encoding": None,
    "delimiter": None,
    "sheet": None,
}
UPLOADED: dict[str, Any] = {
    "id": "01a20ed6-3180-79fa-b52d-3e2f77949685",
    "state": "uploaded",
    "file_name": "contacts.csv",
    **_ABOUT,
    "tags": [],
    "rows": None,
    **_COUNTS,
    "allowed": ["mapping", "tags", "options", "cancel"],
    "options": _OPTIONS,
    "mapping": None,
    "progress": None,
    "imported_before": None,
    "revision": 0,
    "unreadable": None,
    "preview": _PREVIEW,
    "sheets": None,
    "same_columns_as": None,
    "corrects": None,
    "corrected_by": [],
    "check": None,
    "examples": [],
    "text_columns": [],
    "user_ids_left_out": 0,
    "reasons": [],
    "rejects": [],
}
CHECKED: dict[str, Any] = {
    "id": "01a20ed6-3088-77bf-ae41-7940e0f51d03",
    "state": "checked",
    "file_name": "contacts.csv",
    **_ABOUT,
    "tags": ["new customer"],
    "rows": 3,
    **_COUNTS,
    "created": 1,
    "updated": 1,
    "rejected": 1,
    "allowed": ["mapping", "tags", "options", "check", "confirm", "cancel"],
    "options": _OPTIONS,
    "mapping": [
        {"column": "Full Name", "attribute": "name", "type": "string", "format": None},
        {"column": "Phone (with code)", "attribute": "phone_number", "type": "string", "format": None},
        {"column": "Points", "attribute": "Loyalty Points", "type": "number", "format": None},
        {"column": "Remarks", "attribute": None, "type": "string", "format": None},
    ],
    "progress": None,
    "imported_before": None,
    "revision": 2,
    "unreadable": None,
    "preview": _PREVIEW,
    "sheets": None,
    "same_columns_as": None,
    "corrects": None,
    "corrected_by": [],
    "check": {
        "position": 5,
        "head": "e3c218cbf6be8b6ddd877d91ab8ae3038ee2ef1c82bb7cb2de88b97713b2b1fd",
        "opt_ins": 0,
        "with_opt_ins": None,
        "replaced": {},
        "gains": {},
        "broken_quotes": {"cells": 0, "first": []},
        "new_attributes": ["Loyalty Points"],
        "new_tags": [],
        "examples": [
            {
                "line": 2,
                "contact": "01a20ed6-2fda-758d-8757-6b46e7ffcc34",
                "changes": [{"attribute": "Loyalty Points", "from": None, "to": 120}],
            }
        ],
    },
    "examples": [],
    "text_columns": [],
    "user_ids_left_out": 0,
    "reasons": [{"reason": "type_mismatch", "rows": 1, "what": "not a value of the column's type"}],
    "rejects": [
        {
            "line": 4,
            "column": "Points",
            "reason": "type_mismatch",
            "message": "Points must be a number such as -12.5: 'many'.",
            "hint": "Correct the value, choose another type for its column, or say how its dates are written.",
        }
    ],
}
IMPORTS: dict[str, Any] = {
    "imports": [{name: CHECKED[name] for name in ("id", "state", "file_name", *_ABOUT, "tags", "rows", *_COUNTS)}],
    "next_cursor": None,
}
TEMPLATE = (
    "Name,Country Code,Phone Number,Email,WhatsApp Opted,User ID,Area,City,dob\r\n"
    "Gavin Roberts,91,9967536783,gavin.roberts@example.com,TRUE,0123abc45d,Bandra West,Mumbai,2022-10-31\r\n"
    "Asha Rao,91,9820098200,asha.rao@example.com,,,Baner,Pune,2022-10-31T14:00:00Z\r\n"
)
REJECTS = (
    "\ufeffFull Name,Phone (with code),Points,Remarks,rejected:line,rejected:column,rejected:reason,rejected:hint\r\n"
    'Ravi Shah,+919833098330,many,,4,Points,type_mismatch,"Correct the value, choose another type for its column, or '
    'say how its dates are written."\r\n'
)

ORDER = {"reason": "The wrong file was uploaded"}
CORRECTIONS: dict[str, Any] = {"rows": [{"line": 4, "cells": {"Points": "95"}}]}
