"""Answers that the description shows: all of them about one small ledger, which a test fills and asks."""

from typing import Any

CONTACT: dict[str, Any] = {
    "id": "01a20e30-c630-7465-9441-1c82b631fe72",
    "phone": "+919967536783",
    "country_code": "+91",
    "phone_number": "9967536783",
    "user_id": "0123abc45d",
    "traits": {"name": "Gavin Roberts", "dob": "1996-12-01"},
    "tags": ["new customer"],
    "created_at": "2026-11-24T15:33:27.215931Z",
    "modified_at": "2026-11-24T15:33:27.215931Z",
    "position": 4,
}

HISTORY: dict[str, Any] = {
    "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
    "events": [
        {
            "position": 1,
            "id": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "changes": [
                {"attribute": "phone", "from": None, "to": "+919967536783"},
                {"attribute": "user_id", "from": None, "to": "0123abc45d"},
                {"attribute": "name", "from": None, "to": "Gavin Roberts"},
                {"attribute": "dob", "from": None, "to": "1996-12-01"},
            ],
        },
        {
            "position": 2,
            "id": "01a20e30-c60c-7264-88de-796ce268f1fa",
            "type": "TagsAdded",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "changes": [{"attribute": "tags", "from": None, "to": "new customer"}],
        },
        {
            "position": 3,
            "id": "01a20e30-c61c-7b55-aede-b9e9190d2008",
            "type": "EventTracked",
            "source": "/v1/public/track/events",
            "stated_at": "2026-11-24T15:33:27.196392Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "changes": [],
            "event": "Order placed",
        },
        {
            "position": 4,
            "id": "01a20e30-c61e-7597-ab93-df9c8521a3de",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "changes": [],
        },
    ],
    "next_after": None,
}

EXPLANATION: dict[str, Any] = {
    "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
    "values": {
        "name": {
            "value": "Gavin Roberts",
            "position": 1,
            "event": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "lost": [
                {
                    "value": "Gavin",
                    "position": 4,
                    "event": "01a20e30-c61e-7597-ab93-df9c8521a3de",
                    "source": "/v1/public/track/users",
                    "stated_at": "2020-01-01T00:00:00Z",
                    "rule": "an event stated for a later time had already set it",
                }
            ],
        },
        "dob": {
            "value": "1996-12-01",
            "position": 1,
            "event": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "lost": [],
        },
        "phone": {
            "value": "+919967536783",
            "position": 1,
            "event": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "lost": [],
        },
        "user_id": {
            "value": "0123abc45d",
            "position": 1,
            "event": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "lost": [],
        },
    },
    "tags": [
        {
            "value": "new customer",
            "position": 2,
            "event": "01a20e30-c60c-7264-88de-796ce268f1fa",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T15:33:27.180317Z",
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
    "id": "01a20e30-c60c-7264-88de-796cb5f3fe05",
    "source": "/v1/public/track/users",
    "state": "accepted",
    "position": 1,
    "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
}

CHANGES: dict[str, Any] = {
    "changes": [
        {
            "position": 1,
            "id": "01a20e30-c60c-7264-88de-796cb5f3fe05",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "reason": None,
            "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
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
            "id": "01a20e30-c60c-7264-88de-796ce268f1fa",
            "source": "/v1/public/track/users",
            "type": "TagsAdded",
            "stated_at": "2026-11-24T15:33:27.180317Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "reason": None,
            "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
            "merged": None,
            "skipped": False,
            "data": {"phone": "+919967536783", "userId": "0123abc45d", "tags": ["new customer"]},
        },
        {
            "position": 3,
            "id": "01a20e30-c61c-7b55-aede-b9e9190d2008",
            "source": "/v1/public/track/events",
            "type": "EventTracked",
            "stated_at": "2026-11-24T15:33:27.196392Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "reason": None,
            "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
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
            "id": "01a20e30-c61e-7597-ab93-df9c8521a3de",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "reason": None,
            "contact": "01a20e30-c630-7465-9441-1c82b631fe72",
            "merged": None,
            "skipped": False,
            "data": {"userId": "0123abc45d", "traits": {"name": "Gavin"}},
        },
        {
            "position": 5,
            "id": "01a20e30-c621-72f6-9c3d-6e7b30d622db",
            "source": "/v1/public/track/users",
            "type": "UserTracked",
            "stated_at": None,
            "recorded_at": "2026-11-24T15:33:27.215931Z",
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
            "id": "01a20e30-c621-72f6-9c3d-6e7b30d622db",
            "reason": "identity_conflict",
            "message": "the contact with this phone already has another user id",
            "source": "/v1/public/track/users",
            "recorded_at": "2026-11-24T15:33:27.215931Z",
            "raw": (
                '{"specversion":"1.0","id":"01a20e30-c621-72f6-9c3d-6e7b30d622db","source":"/v1/public/trac'
                'k/users","type":"UserTracked","time":"2026-11-24T15:33:27.201937Z","ledgersig":"4f89d98442'
                'c71906b7b191b21d08c4d750282274f53744de2f0b79539239f150","data":{"phone":"+919967536783","u'
                'serId":"someone-else","traits":{}}}'
            ),
        }
    ],
    "next_after": None,
}

STATUS: dict[str, Any] = {
    "head": "c8984b51d5bfe54a4ada3bce44e9f1aa134448fec41d313d38a1f2c7a0118f0b",
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
    "hash": "c8984b51d5bfe54a4ada3bce44e9f1aa134448fec41d313d38a1f2c7a0118f0b",
    "recorded_at": "2026-11-24T15:33:27.215931Z",
    "signature": "b1f7f0f93ff4e2aa5e34bb37f90aba1e744163b4132d04bbeb47754bbcbafc4e",
}
