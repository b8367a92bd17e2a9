"""Answers about contacts that the description shows; tests hold them against those of the routes."""

from typing import Any

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

CONTACTS: dict[str, Any] = {
    "contacts": [CONTACT],
    "total": 1,
    "next_cursor": None,
    "previous_cursor": None,
}

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
            "by": "Website",
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
        {
            "position": 2,
            "id": "01a20e51-002c-7ccc-a749-6c15d96d089f",
            "type": "TagsAdded",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [{"attribute": "tags", "from": None, "to": "new customer"}],
            "by": "Website",
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
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
            "by": "Website",
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
        {
            "position": 4,
            "id": "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
            "type": "UserTracked",
            "source": "/v1/public/track/users",
            "stated_at": "2020-01-01T00:00:00Z",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "changes": [],
            "said": [{"attribute": "name", "value": "Gavin"}],
            "older": True,
            "by": "Website",
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
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
            "by": "Website",
            "lost": [
                {
                    "value": "Gavin",
                    "position": 4,
                    "event": "01a20e51-0030-7e2c-bf7d-ba311bf1adc8",
                    "source": "/v1/public/track/users",
                    "stated_at": "2020-01-01T00:00:00Z",
                    "by": "Website",
                    "rule": "an event stated for a later time had already set it",
                    "origin": {"kind": "call", "name": "Website", "by": "Website"},
                }
            ],
            "lost_total": 1,
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
        "dob": {
            "value": "1996-12-01",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "by": "Website",
            "lost": [],
            "lost_total": 0,
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
        "phone": {
            "value": "+919967536783",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "by": "Website",
            "lost": [],
            "lost_total": 0,
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
        "user_id": {
            "value": "0123abc45d",
            "position": 1,
            "event": "01a20e51-002c-7ccc-a749-6c154fea50cd",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "by": "Website",
            "lost": [],
            "lost_total": 0,
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
        },
    },
    "tags": [
        {
            "value": "new customer",
            "position": 2,
            "event": "01a20e51-002c-7ccc-a749-6c15d96d089f",
            "source": "/v1/public/track/users",
            "stated_at": "2026-11-24T16:08:39.212341Z",
            "by": "Website",
            "origin": {"kind": "call", "name": "Website", "by": "Website"},
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

VALUES: dict[str, Any] = {
    "values": [{"value": "Gavin Roberts", "count": 1}],
    "more": False,
    "position": 5,
}
