"""Bodies and answers about keys, people, devices and the trail that the description shows."""

from typing import Any

from service.deployment.tables.scopes import SCOPES

NEW_KEY: dict[str, Any] = {"name": "shop", "scopes": ["track", "read"]}

MADE_KEY: dict[str, Any] = {"id": "3f60c1a2b7d4", "key": "cl_vY5…", **NEW_KEY}

KEY: dict[str, Any] = {
    "id": "3f60c1a2b7d4",
    **NEW_KEY,
    "created_at": "2026-11-24T16:08:39.221497Z",
    "revoked_at": None,
}

WEBSITE: dict[str, Any] = {
    "id": "5c2e8f71a0d3",
    "name": "Website",
    "scopes": list(SCOPES),
    "created_at": "2026-11-24T16:01:12.003311Z",
    "revoked_at": None,
}

NEW_PERSON: dict[str, Any] = {"name": "Meera Shah", "scopes": ["read"]}

PERSON: dict[str, Any] = {"id": "91b3c7d2e5f8", **NEW_PERSON, "created_at": "2026-11-24T16:05:39.221497Z"}

LINK: dict[str, Any] = {"id": PERSON["id"], "link": "http://127.0.0.1:8080/sign-in/q0T…"}

SESSION: dict[str, Any] = {
    "id": "c41d09e6a7b2",
    "name": "Meera Shah",
    "person": PERSON["id"],
    "key": None,
    "device": "Chrome on Windows",
    "created_at": "2026-11-24T16:09:39.221497Z",
    "seen_at": "2026-11-24T16:09:39.221497Z",
}

_BY = {"who": "tests", "name": "tests"}

_EXPORT = "01a20ed6-3fda-758d-8757-6b46e7ffcc34"
_ERASURE = "0199c0de-4b1d-7c3a-9d2e-8f6a5b4c3d2f"
_CONTACT = "01a20e51-0035-703f-b269-a57f0c2d62ae"

TRAIL: dict[str, Any] = {
    "acts": [
        {
            "at": "2026-11-24T16:12:51.870012Z",
            "who": "Website",
            "name": "Website",
            "what": "everything exported",
            "why": None,
            "detail": {"contact": _CONTACT, "format": "html"},
        },
        {
            "at": "2026-11-24T16:12:51.420334Z",
            "who": "Website",
            "name": "Website",
            "what": "everything exported",
            "why": None,
            "detail": {"contact": _CONTACT, "format": "json"},
        },
        {
            "at": "2026-11-24T16:12:40.110231Z",
            "who": "Website",
            "name": "Website",
            "what": "export downloaded",
            "why": None,
            "detail": {"export": _EXPORT},
        },
        {
            "at": SESSION["created_at"],
            "who": "Meera Shah",
            "name": "Meera Shah",
            "what": "signed in",
            "why": None,
            "detail": {"device": SESSION["device"], "session": SESSION["id"]},
        },
        {
            "at": "2026-11-24T16:12:30.640207Z",
            "who": "key:Website",
            "name": "key:Website",
            "what": "bulk erasure asked for",
            "why": None,
            "detail": {"erasure": _ERASURE},
        },
        {
            "at": "2026-11-24T16:12:30.402118Z",
            "who": "office",
            "name": "office",
            "what": "exported",
            "why": None,
            "detail": {"export": _EXPORT, "format": "csv", "position": 5, "rows": 1},
        },
        {
            "at": KEY["created_at"],
            **_BY,
            "what": "key created",
            "why": None,
            "detail": {"key": KEY["id"], "name": "shop", "scopes": "track read"},
        },
        {
            "at": PERSON["created_at"],
            **_BY,
            "what": "person added",
            "why": None,
            "detail": {"name": "Meera Shah", "person": PERSON["id"], "scopes": "read"},
        },
        {
            "at": WEBSITE["created_at"],
            **_BY,
            "what": "key created",
            "why": None,
            "detail": {"key": WEBSITE["id"], "name": "Website", "scopes": " ".join(SCOPES)},
        },
    ],
    "kinds": [
        {"what": "bulk erasure asked for", "count": 1},
        {"what": "everything exported", "count": 2},
        {"what": "export downloaded", "count": 1},
        {"what": "exported", "count": 1},
        {"what": "key created", "count": 2},
        {"what": "person added", "count": 1},
        {"what": "signed in", "count": 1},
    ],
    "next_cursor": None,
}

TRAIL_CSV = (
    "\ufeffat,who,name,what,why,detail\r\n"
    f"{TRAIL['acts'][0]['at']},Website,Website,everything exported,,"
    f'"{{""contact"": ""{_CONTACT}"", ""format"": ""html""}}"\r\n'
    f"{TRAIL['acts'][1]['at']},Website,Website,everything exported,,"
    f'"{{""contact"": ""{_CONTACT}"", ""format"": ""json""}}"\r\n'
    f'{TRAIL["acts"][2]["at"]},Website,Website,export downloaded,,"{{""export"": ""{_EXPORT}""}}"\r\n'
    f"{SESSION['created_at']},Meera Shah,Meera Shah,signed in,,"
    f'"{{""device"": ""{SESSION["device"]}"", ""session"": ""{SESSION["id"]}""}}"\r\n'
    f'{TRAIL["acts"][4]["at"]},key:Website,key:Website,bulk erasure asked for,,"{{""erasure"": ""{_ERASURE}""}}"\r\n'
    f"{TRAIL['acts'][5]['at']},office,office,exported,,"
    f'"{{""export"": ""{_EXPORT}"", ""format"": ""csv"", ""position"": 5, ""rows"": 1}}"\r\n'
    f"{KEY['created_at']},tests,tests,key created,,"
    f'"{{""key"": ""{KEY["id"]}"", ""name"": ""shop"", ""scopes"": ""track read""}}"\r\n'
    f"{PERSON['created_at']},tests,tests,person added,,"
    f'"{{""name"": ""Meera Shah"", ""person"": ""{PERSON["id"]}"", ""scopes"": ""read""}}"\r\n'
    f"{WEBSITE['created_at']},tests,tests,key created,,"
    f'"{{""key"": ""{WEBSITE["id"]}"", ""name"": ""Website"", ""scopes"": ""{" ".join(SCOPES)}""}}"\r\n'
)
