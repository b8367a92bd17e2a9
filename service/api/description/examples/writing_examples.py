"""Bodies and answers that the description shows of the calls that write; a test makes each call and compares."""

from typing import Any

NEW_CONTACT: dict[str, Any] = {
    "phone": "+919820098200",
    "user_id": "u-2",
    "traits": {"name": "Asha Rao", "city": "Pune"},
    "tags": ["potential lead"],
}

MADE_CONTACT: dict[str, Any] = {
    "id": "01a20e57-0d80-7f79-8a54-a7ba5a2b9a5e",
    "phone": "+919820098200",
    "country_code": "+91",
    "phone_number": "9820098200",
    "user_id": "u-2",
    "traits": {"name": "Asha Rao", "city": "Pune"},
    "tags": ["potential lead"],
    "created_at": "2026-11-24T16:10:00.123456Z",
    "modified_at": "2026-11-24T16:10:00.123456Z",
    "position": 2,
}

CONTACT_PATCH: dict[str, Any] = {"traits": {"city": "Mumbai", "dob": None}, "tags": ["vip"]}

CHANGED_CONTACT: dict[str, Any] = {
    "id": "01a20e51-0035-703f-b269-a57f0c2d62ae",
    "phone": "+919967536783",
    "country_code": "+91",
    "phone_number": "9967536783",
    "user_id": "0123abc45d",
    "traits": {"name": "Gavin Roberts", "city": "Mumbai"},
    "tags": ["new customer", "vip"],
    "created_at": "2026-11-24T16:08:39.221497Z",
    "modified_at": "2026-11-24T16:11:00.123456Z",
    "position": 7,
}
