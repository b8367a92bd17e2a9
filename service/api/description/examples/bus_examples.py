"""Messages that the bus's description shows, in structured mode; a test has the ledger take each."""

from typing import Any

from ledger.events import types

_SHOP = {"specversion": "1.0", "source": "https://shop.example/orders"}

_EXAMPLES: dict[str, list[dict[str, Any]]] = {
    types.USER_TRACKED: [
        {
            **_SHOP,
            "id": "order-1001",
            "type": types.USER_TRACKED,
            "time": "2026-11-22T10:00:00Z",
            "data": {
                "phone": "+919967536783",
                "userId": "0123abc45d",
                "traits": {"name": "Gavin Roberts", "city": "Pune", "dob": "1996-12-01", "sizes": ["M", 42]},
            },
        },
        {
            **_SHOP,
            "id": "customer-7-left",
            "type": types.USER_TRACKED,
            "data": {"phone": "919967536783", "match": "phone", "traits": {"city": None, "whatsapp_opted": False}},
        },
    ],
    types.TAGS_ADDED: [
        {
            **_SHOP,
            "id": "order-1001-tag",
            "type": types.TAGS_ADDED,
            "data": {"phone": "+919967536783", "tags": ["new customer"]},
        }
    ],
    types.EVENT_TRACKED: [
        {
            **_SHOP,
            "id": "order-1001-placed",
            "type": types.EVENT_TRACKED,
            "time": "2026-11-22T15:30:00+05:30",
            "data": {
                "userId": "0123abc45d",
                "event": "Order placed",
                "traits": {"items": [{"sku": "A-1", "count": 2}], "total": 1250.5},
            },
        }
    ],
}
EXAMPLES = types.complete(_EXAMPLES, types.OPEN, "service/api/description/examples/bus_examples")
