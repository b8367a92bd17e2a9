"""Answers that the description shows: all of them about one small ledger, which a test fills and asks."""

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

CONTACT: dict[str, Any] = {
    "id": "01a20e51-0035-703f-b269-a57f0c2d62ae",
    "phone": "+919967536783",
    "country_code": "+91",
    "phone_number": "9967536783",
    "user_id": "0123abc45d",
    "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
    "tags": ["new customer"],
    "created_at": "2026-11-24T16:08:39.221497Z",
    "modified_at": "2026-11-24T16:08:39.221497Z",
    "position": 4,
}

CONTACTS: dict[str, Any] = {"contacts": [CONTACT], "total": 1, "next_cursor": None}

HISTORY: dict[str, Any] = {
    "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
    "events": [
        {
            "position": 1,
            "id": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [
                {"attribute": "phone", "from": None, "to": "+919967536783"},
                {"attribute": "user_id", "from": None, "to": "0123abc45d"},
                {"attribute": "name", "from": None, "to": "Gavin Roberts"},
                {"attribute": "dob", "from": None, "to": "1996-12-01"},
            ],
        },
        {
            "position": 2,
            "id": "01a20e51-002c-7ccc-a749-6c15d96d089f",
            "type": "TagsAdded",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [{"attribute": "tags", "from": None, "to": "new customer"}],
        },
        {
            "position": 3,
            "id": "01a20e51-0030-7e2c-bf7d-ba3069215db3",
            "type": "EventTracked",
            "source": "/v1/public/track/events",
            "stated_at": "2026-11-24T16:08:39.216251Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [],
            "event": "Order placed",
        },
        {
            "position": 4,
            "id": "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [],
        },
    ],
    "next_after": None,
}

EXPLANATION: dict[str, Any] = {
    "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
    "values": {
        "name": {
            "value": "Gavin Roberts",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "lost": [
                {
                    "value": "Gavin",
                    "position": 4,
                    "event": "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
                    "source": "/v1/public/track/users",
                    "stated_at": "2020-01-01T00:00:00Z",
                    "rule": "an event stated for a later time had already set it",
                }
            ],
        },
        "dob": {
            "value": "1996-12-01",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "lost": [],
        },
        "phone": {
            "value": "+919967536783",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "lost": [],
        },
        "user_id": {
            "value": "0123abc45d",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "lost": [],
        },
    },
    "tags": [
        {
            "value": "new customer",
            "position": 2,
            "event": "01a20e51-002c-7ccc-a749-6c15d96d089f",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
        }
    ],
}

ATTRIBUTES: dict[str, Any] = {
    "attributes": [
        {"name": "area", "type": "string", "default": True, "contacts": 0, "mixed": False, "similar": []},
        {"name": "city", "type": "string", "default": True, "contacts": 0, "mixed": False, "similar": []},
        {"name": "dob", "type": "datetime", "default": False, "contacts": 1, "mixed": False, "similar": []},
        {"name": "email", "type": "string", "default": True, "contacts": 0, "mixed": False, "similar": []},
        {"name": "first_name", "type": "string", "default": True, "contacts": 0, "mixed": False, "similar": []},
        {"name": "last_name", "type": "string", "default": True, "contacts": 0, "mixed": False, "similar": []},
        {"name": "name", "type": "string", "default": True, "contacts": 1, "mixed": False, "similar": []},
        {"name": "whatsapp_opted", "type": "boolean", "default": True, "contacts": 0, "mixed": False, "similar": []},
    ],
    "position": 5,
}

TAGS: dict[str, Any] = {"tags": [{"tag": "new customer", "contacts": 1}], "total": 1, "position": 5}

MESSAGE: dict[str, Any] = {
    "id": "01a20e51-002c-7ccc-a749-6c154fea50cd",
    "source": "/v1/public/track/users",
    "state": "accepted",
    "position": 1,
    "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
}

CHANGES: dict[str, Any] = {
    "changes": [
        {
            "position": 1,
            "id": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "reason": None,
            "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
            "merged": None,
            "skipped": False,
            "data": {
                "phone": "+919967536783",
                "userId": "0123abc45d",
                "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
            },
        },
        {
            "position": 2,
            "id": "01a20e51-002c-7ccc-a749-6c15d96d089f",
            "source": "/v1/public/track/users",
            "type": "TagsAdded",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "reason": None,
            "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
            "merged": None,
            "skipped": False,
            "data": {"phone": "+919967536783", "userId": "0123abc45d", "tags": ["new customer"]},
        },
        {
            "position": 3,
            "id": "01a20e51-0030-7e2c-bf7d-ba3069215db3",
            "source": "/v1/public/track/events",
            "type": "EventTracked",
            "stated_at": "2026-11-24T16:08:39.216251Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "reason": None,
            "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
            "merged": None,
            "skipped": False,
            "data": {
                "userId": "0123abc45d",
                "event": "Order placed",
                "traits": {"items": [{"sku": "A-1", "count": 2}]},
            },
        },
        {
            "position": 4,
            "id": "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "reason": None,
            "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
            "merged": None,
            "skipped": False,
            "data": {"userId": "0123abc45d", "traits": {"name": "Gavin"}},
        },
        {
            "position": 5,
            "id": "01a20e51-0031-73dc-8a03-a95d4af8d1d9",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": None,
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "reason": "identity_conflict",
            "contact": None,
            "merged": None,
            "skipped": False,
            "data": None,
        },
    ],
    "next_after": 5,
    "head": 5,
}

REJECTED: dict[str, Any] = {
    "rejected": [
        {
            "position": 5,
            "id": "01a20e51-0031-73dc-8a03-a95d4af8d1d9",
            "reason": "identity_conflict",
            "message": "the contact with this phone already has another user id",
            "source": "/v1/public/track/users",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "raw": (
                '{"specversion":"1.0","id":"01a20e51-0031-73dc-8a03-a95d4af8d1d9","source":"/v1/public/trac'
                'k/users","type":"UserTracked","ledgersig":"e5a428c92cd257bf1659ac3c674224088a2660b91a3c88c'
                'bc910d16e0ae97720","data":{"phone":"+919967536783","userId":"someone-else","traits":{}}}'
            ),
        }
    ],
    "next_after": None,
}

STATUS: dict[str, Any] = {
    "head": "f57ef571cc8dda8ec12a7fa0482d58809f5fe6abe00ae126cc3c0ef08a7c97f7",
    "position": 5,
    "bus_lag": 0,
    "lag_events": 0,
    "lag_seconds": 0.0,
    "rejected": 1,
    "generation": 1,
    "contacts": 1,
    "parts": [
        {"name": "importer", "alive": True, "position": None, "heartbeat_seconds": 0.4, "fault": None},
        {"name": "consumer", "alive": True, "position": 5, "heartbeat_seconds": 0.2, "fault": None},
        {"name": "projector", "alive": True, "position": 5, "heartbeat_seconds": 0.7, "fault": None},
    ],
}

HEAD: dict[str, Any] = {
    "position": 5,
    "hash": "f57ef571cc8dda8ec12a7fa0482d58809f5fe6abe00ae126cc3c0ef08a7c97f7",
    "recorded_at": "2026-11-24T16:08:39.221497Z",
    "signature": "38cdfb270dd0e87f106c04538965e970f040dd03a9a0e86bec5b7f71a6067d28",
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
