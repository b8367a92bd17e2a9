"""Answers about messages and entries that the description shows; tests hold them against those of the routes."""

from typing import Any

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
                "by": "Website",
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
            "data": {"phone": "+919967536783", "userId": "0123abc45d", "tags": ["new customer"], "by": "Website"},
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
                "by": "Website",
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
            "data": {"userId": "0123abc45d", "traits": {"name": "Gavin"}, "by": "Website"},
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
            "message": "the contact with this phone already has another user id (phone '+919967536783', "
            "user id 'someone-else')",
            "source": "/v1/public/track/users",
            "recorded_at": "2026-11-24T16:08:39.221497Z",
            "raw": (
                '{"specversion":"1.0","id":"01a20e51-0031-73dc-8a03-a95d4af8d1d9","source":"/v1/public/trac'
                'k/users","type":"UserTracked","ledgersig":"e5a428c92cd257bf1659ac3c674224088a2660b91a3c88c'
                'bc910d16e0ae97720","data":{"phone":"+919967536783","userId":"someone-else","traits":{},"by":"Website"}}'
            ),
            "state": "open",
            "settled_by": None,
        }
    ],
    "total": 1,
    "reasons": [{"reason": "identity_conflict", "count": 1}],
    "next_before": None,
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
    "last_backup": None,
    "retention": None,
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
    "trail": {
        "lines": 9,
        "hash": "0b7f6b1f0b0e4a4e1c2c1f5f2e0f3b9a8d7c6b5a493827160f1e2d3c4b5a6978",
        "signature": "5a1d3c2b4f6e798081726354a5b6c7d8e9f00112233445566778899aabbccdde",
    },
}

ENTRY: dict[str, Any] = {
    "position": 1,
    "recorded_at": "2026-11-24T16:08:39.221497Z",
    "bus_time": "2026-11-24T16:08:39.215000Z",
    "stated_at": "2026-11-24T16:08:39.212341Z",
    "type": "UserTracked",
    "kind": "call",
    "source": "/v1/public/track/users",
    "id": "01a20e51-002c-7ccc-a749-6c154fea50cd",
    "key": "+919967536783",
    "headers": [],
    "raw": (
        '{"specversion":"1.0","id":"01a20e51-002c-7ccc-a749-6c154fea50cd","source":"/v1/public/track/users",'
        '"type":"UserTracked","ledgersig":"e5a428c92cd257bf1659ac3c674224088a2660b91a3c88cbc910d16e0ae97720","data":'
        '{"phone":"+919967536783","userId":"0123abc45d","traits":{"name":"Gavin Roberts","dob":"1996-12-01"},'
        '"by":"Website"}}'
    ),
    "erased": False,
    "reason": None,
    "message": None,
    "skipped": False,
    "contact": "01a20e51-0035-703f-b269-a57f0c2d62ae",
    "made_contact": True,
    "merged": None,
    "split": None,
    "phone": "+919967536783",
    "user_id": "0123abc45d",
    "import": None,
    "row": None,
    "settles": None,
    "settled_by": None,
    "commitment": "867ad6970c1c95514d0a29f6499b6526aeab562754489213e3b1a10dd967786e",
    "hash": "eff697bd28384fd650e13b984be8fc0ae0e1c5bd7a8992efb7557750c36afb0b",
    "previous_hash": "0000000000000000000000000000000000000000000000000000000000000000",
    "previous": None,
    "next": 2,
}
