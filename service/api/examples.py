"""Answers that the description shows: all of them about one small ledger, which a test fills and asks."""

from typing import Any

CONTACTS: dict[str, Any] = {
    "contacts": [
        {
            "id": "01a20e45-9f35-721c-9d43-85afcea6c30a",
            "phone": "+919967536783",
            "country_code": "+91",
            "phone_number": "9967536783",
            "user_id": "0123abc45d",
            "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
            "tags": ["new customer"],
            "created_at": "2026-11-24T15:56:13.492802Z",
            "modified_at": "2026-11-24T15:56:13.492802Z",
            "position": 4,
        }
    ],
    "total": 1,
    "next_cursor": None,
}

CONTACT: dict[str, Any] = {
    "id": "01a20e45-9f35-721c-9d43-85afcea6c30a",
    "phone": "+919967536783",
    "country_code": "+91",
    "phone_number": "9967536783",
    "user_id": "0123abc45d",
    "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
    "tags": ["new customer"],
    "created_at": "2026-11-24T15:56:13.492802Z",
    "modified_at": "2026-11-24T15:56:13.492802Z",
    "position": 4,
}

HISTORY: dict[str, Any] = {
    "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
    "events": [
        {
            "position": 1,
            "id": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "changes": [
                {"attribute": "phone", "from": None, "to": "+919967536783"},
                {"attribute": "user_id", "from": None, "to": "0123abc45d"},
                {"attribute": "name", "from": None, "to": "Gavin Roberts"},
                {"attribute": "dob", "from": None, "to": "1996-12-01"},
            ],
        },
        {
            "position": 2,
            "id": "01a20e45-9f2b-710d-913d-810516ca6518",
            "type": "TagsAdded",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "changes": [{"attribute": "tags", "from": None, "to": "new customer"}],
        },
        {
            "position": 3,
            "id": "01a20e45-9f2f-7b2e-9a60-db01decdf6b3",
            "type": "EventTracked",
            "source": "/v1/public/track/events",
            "stated_at": "2026-11-24T15:56:13.487118Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "changes": [],
            "event": "Order placed",
        },
        {
            "position": 4,
            "id": "01a20e45-9f2f-7b2e-9a60-db0273b21a71",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "changes": [],
        },
    ],
    "next_after": None,
}

EXPLANATION: dict[str, Any] = {
    "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
    "values": {
        "name": {
            "value": "Gavin Roberts",
            "position": 1,
            "event": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "lost": [
                {
                    "value": "Gavin",
                    "position": 4,
                    "event": "01a20e45-9f2f-7b2e-9a60-db0273b21a71",
                    "source": "/v1/public/track/users",
                    "stated_at": "2020-01-01T00:00:00Z",
                    "rule": "an event stated for a later time had already set it",
                }
            ],
        },
        "dob": {
            "value": "1996-12-01",
            "position": 1,
            "event": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "lost": [],
        },
        "phone": {
            "value": "+919967536783",
            "position": 1,
            "event": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "lost": [],
        },
        "user_id": {
            "value": "0123abc45d",
            "position": 1,
            "event": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "lost": [],
        },
    },
    "tags": [
        {
            "value": "new customer",
            "position": 2,
            "event": "01a20e45-9f2b-710d-913d-810516ca6518",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:56:13.483428Z",
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
    "id": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
    "source": "/v1/public/track/users",
    "state": "accepted",
    "position": 1,
    "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
}

CHANGES: dict[str, Any] = {
    "changes": [
        {
            "position": 1,
            "id": "01a20e45-9f2b-710d-913d-8104cb72fc0e",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "reason": None,
            "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
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
            "id": "01a20e45-9f2b-710d-913d-810516ca6518",
            "source": "/v1/public/track/users",
            "type": "TagsAdded",
            "stated_at": "2026-11-24T15:56:13.483428Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "reason": None,
            "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
            "merged": None,
            "skipped": False,
            "data": {"phone": "+919967536783", "userId": "0123abc45d", "tags": ["new customer"]},
        },
        {
            "position": 3,
            "id": "01a20e45-9f2f-7b2e-9a60-db01decdf6b3",
            "source": "/v1/public/track/events",
            "type": "EventTracked",
            "stated_at": "2026-11-24T15:56:13.487118Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "reason": None,
            "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
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
            "id": "01a20e45-9f2f-7b2e-9a60-db0273b21a71",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "reason": None,
            "contact": "01a20e45-9f35-721c-9d43-85afcea6c30a",
            "merged": None,
            "skipped": False,
            "data": {"userId": "0123abc45d", "traits": {"name": "Gavin"}},
        },
        {
            "position": 5,
            "id": "01a20e45-9f30-7f2e-9d19-edbf22c640bc",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": None,
            "recorded_at": "2026-11-24T15:56:13.492802Z",
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
            "id": "01a20e45-9f30-7f2e-9d19-edbf22c640bc",
            "reason": "identity_conflict",
            "message": "the contact with this phone already has another user id",
            "source": "/v1/public/track/users",
            "recorded_at": "2026-11-24T15:56:13.492802Z",
            "raw": (
                '{"specversion":"1.0","id":"01a20e45-9f30-7f2e-9d19-edbf22c640bc","source":"/v1/public/trac'
                'k/users","type":"UserTracked","time":"2026-11-24T15:56:13.488388Z","ledgersig":"260ae089e7'
                'cd6456bfe4a7883cfb73a3065f304954439f5f4ab947d8322d8bdf","data":{"phone":"+919967536783","u'
                'serId":"someone-else","traits":{}}}'
            ),
        }
    ],
    "next_after": None,
}

STATUS: dict[str, Any] = {
    "head": "f5bbcca0066e2ec72bef0baddc23259531a90019527884a28fd2308027e6dd79",
    "position": 5,
    "bus_lag": 0,
    "lag_events": 0,
    "lag_seconds": 0.0,
    "rejected": 1,
    "generation": 1,
    "contacts": 1,
}

HEAD: dict[str, Any] = {
    "position": 5,
    "hash": "f5bbcca0066e2ec72bef0baddc23259531a90019527884a28fd2308027e6dd79",
    "recorded_at": "2026-11-24T15:56:13.492802Z",
    "signature": "ceb0c93cd9acb71e1ce1f16cf26b1c3c32a661df4bfebdf7f4f8b0f4e54783f4",
}
