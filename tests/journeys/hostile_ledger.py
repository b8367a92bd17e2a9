"""A ledger in which whatever somebody can name or say is text that would like to be more: markup, marks, lengths."""

import json
import uuid
from contextlib import closing, contextmanager

from ledger.bus.port import Message
from service.wiring.deployment import deployment
from service.wiring.drivers import Drivers
from tests.shipped import eventually, serving

MARKUP = "\"><img src=x onerror=alert(1)>'--></title></textarea><svg onload=alert(1)>"
INERT = "<b hx-get=/people hx-trigger=load>{{ 7 * 7 }}{% raw %}javascript:alert(1)&lt;i&gt;"
DIRECTION = "\u202eشركة\u202c \u2066كلمة\u2069 " + "a\u0301\u0327\u0334" * 25
UNBROKEN = "x" * 5_000
RIGHT_TO_LEFT = "م" * 2_500 + " " + "ن" * 2_499
CORPUS = (MARKUP, INERT, DIRECTION, UNBROKEN, RIGHT_TO_LEFT)
NAMES = tuple("".join(filter(str.isprintable, text))[:70] for text in CORPUS)
"""Of files, keys, people and views, which may not be more."""

_FILE = f'Name,Phone,"{MARKUP[:60].replace(chr(34), chr(39))}",City,Seen\n'


def _phone(number):
    return {"phoneNumber": f"98201{number:05}", "countryCode": "+91"}


def _tell(served):
    """Calls and messages that say the corpus of contacts, in every member that they have."""
    for number, text in enumerate(CORPUS):
        said = {"name": text, "city": text, "email": "same@example.com", text[:120]: text, "List": [text, "b"]}
        said |= {"Number": 12.5, "Seen": "2026-11-01", "Sure": True}
        served.track(_phone(number) | {"userId": text[:250], "traits": said, "tags": [text[:100], NAMES[number]]})
        served.track(_phone(number) | {"traits": {"city": text[:4_000] + "."}})
        event = {"event": text[:190], "traits": {text[:100]: text, "deep": {text[:90]: [text]}}}
        served.http.post("/v1/public/track/events/", json=_phone(number) | event)
    served.track({"userId": "alone", "traits": {"email": "same@example.com"}})


def _publish(served):
    """What an upstream service says, and what is refused."""
    drivers = Drivers(deployment(served.shipped.environ_elsewhere, None))
    about = {"specversion": "1.0", "source": f"https://shop.example/{MARKUP}", "type": "UserTracked"}
    messages = [
        {**about, "id": text[:90], "data": {"userId": f"upstream {number}", "traits": {"name": text}}}
        for number, text in enumerate(CORPUS)
    ]
    messages += [{**about, "id": f"refused {text[:80]}", "data": {"phone": text, "traits": 1}} for text in CORPUS]
    messages += [{**about, "id": f"type {text[:80]}", "type": text[:80], "data": {}} for text in CORPUS]
    with closing(drivers.bus().publisher()) as publisher:
        publisher.publish([Message(None, json.dumps(one).encode(), ()) for one in messages])


def _upload(served, number, *, is_run):
    """A file with the corpus in its name, header, tags and cells; some rows are taken, some rejected."""
    name, text = NAMES[number].replace("/", " "), CORPUS[number].replace('"', "'")
    rows = "".join(f'{one},+91982011{at:04},"{text}","{text}",31/10/1990\n' for at, one in enumerate(("Asha", "Usha")))
    rows += f'"{text}",+919820120001,1,2,x\nRavi,"{text[:300]}",1,2,31/10/1990\n'
    id = served.http.post("/v1/imports", files={"file": (f"{name}.csv", (_FILE + rows).encode())}).json()["id"]
    path = f"/v1/imports/{id}"
    assert served.http.put(f"{path}/tags", json={"tags": [NAMES[number]]}).is_success
    if not is_run:
        return id
    assert served.http.put(f"{path}/mapping", json={"columns": []}).is_success
    _ordered(served, path, "check", "checked")
    _ordered(served, path, "confirm", "done")
    return id


def _ordered(served, path, what, state, **body):
    answer = served.http.post(f"{path}/{what}", json=body)
    assert answer.is_success, answer.text
    eventually(lambda: served.http.get(path).json()["state"] == state, f"{path} is {state}")


def _order(served):
    """Imports, changes of many, exports, erasures, people, keys and views, each with the corpus in what can be said."""
    prepared = _upload(served, 2, is_run=False)
    undone = _upload(served, 1, is_run=True)
    _ordered(served, f"/v1/imports/{undone}", "undo", "undone", reason=INERT)
    done = _upload(served, 0, is_run=True)
    edit = {"where": ["List~b"], "set": {"city": MARKUP, "Plan": DIRECTION}, "tags": [INERT[:90]], "reason": MARKUP}
    path = f"/v1/edits/{served.http.post('/v1/edits', json=edit).json()['id']}"
    eventually(lambda: served.http.get(path).json()["state"] == "checked", "the change is checked")
    _ordered(served, path, "confirm", "done")
    for scope, (number, name) in zip(("read", "audit", "import", "export", "admin"), enumerate(NAMES), strict=True):
        served.http.post("/v1/people", json={"name": f"{name} {number}", "scopes": [scope]})
        served.http.post("/v1/keys", json={"name": f"key {name}", "scopes": [scope]})
        served.http.post("/v1/views", json={"name": name, "query": {"where": [f"city={name}"]}, "shared": True})
    served.http.post("/v1/exports", json={"where": [f"city~{MARKUP[:20]}"]})
    served.http.post("/v1/audit/verify")
    gone = served.http.post("/v1/contacts", json={"user_id": "gone", "traits": {"name": "Gone"}}).headers["Location"]
    served.http.request("DELETE", gone, json={"reason": MARKUP, "keep_out": True})
    served.http.post("/v1/erasures", json={"where": ["name=Nobody Here"], "reason": INERT})
    steps = [f"imports/{prepared}?step={step}" for step in ("tags", "columns")]
    return [*steps, f"imports/{undone}", f"imports/{done}", f"imports/{done}/rejected", gone.removeprefix("/v1/")]


@contextmanager
def hostile_ledger(folder):
    """`contacts serve` over such a ledger; `contact` is the id of one that has every kind of event.

    `states`: the addresses of pages that no link leads to, or several of a kind.
    """
    with serving(folder) as served:
        _tell(served)
        _publish(served)
        served.shipped.settle()
        served.states = _order(served)
        who = {"where": f"phone=+9198201{0:05}", "fields": "position"}
        served.contact = served.http.get("/v1/contacts", params=who).json()["contacts"][0]["id"]
        served.http.patch(f"/v1/contacts/{served.contact}", json={"traits": {"area": MARKUP, "Long": UNBROKEN}})
        other = served.http.post("/v1/contacts", json={"user_id": str(uuid.uuid4()), "traits": {"name": INERT}})
        merging = {"absorbed": other.json()["id"], "reason": DIRECTION}
        served.http.post(f"/v1/contacts/{served.contact}/merge", json=merging)
        served.shipped.settle()
        yield served
