"""Answers in the shape of the hub's API that the description shows; tests hold them against those of the routes."""

from typing import Any

CUSTOMER: dict[str, Any] = {
    "result": True,
    "message": "Customer found",
    "data": {
        "id": "01a20e51-0035-703f-b269-a57f0c2d62ae",
        "user_id": "0123abc45d",
        "phone_number": "9967536783",
        "country_code": "+91",
        "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
        "tags": ["new customer"],
        "created_at_utc": "2026-11-24T16:08:39.221497Z",
        "modified_at_utc": "2026-11-24T16:08:39.221497Z",
    },
}

FILTERS: dict[str, Any] = {
    "filters": [
        {"trait": "created_at_utc", "op": "gt", "val": "2026-01-01T00:00:00Z"},
        {"trait": "name", "op": "contains", "val": "Gavin", "supr_op": "and"},
    ]
}

CUSTOMERS: dict[str, Any] = {
    "result": True,
    "message": "1 customers found",
    "data": {
        "total_customers": 1,
        "has_next_page": False,
        "offset": 0,
        "limit": 100,
        "customers": [CUSTOMER["data"]],
    },
}
