"""The small ledger that the description's examples are about: five messages, the last one rejected."""

from contextlib import closing
from secrets import token_urlsafe

from click.testing import CliRunner

from service.api.description.examples import import_examples as examples
from service.api.description.shapes import bulk_erasure_shapes, edit_shapes, view_shapes
from service.api.track import EVENTS, USERS
from service.cli.main import commands
from service.deployment.tables.keys import Keys
from service.deployment.tables.people import People
from service.deployment.tables.sessions import Sessions
from service.deployment.tables.views import View, Views
from service.jobs.audit_runs import AuditRuns
from service.jobs.exports.exports import Exports
from service.jobs.exports.wanted_export import WantedExport
from service.wiring.bulk_erasing import go_on_with_erasures
from service.wiring.drivers import now
from service.wiring.exports import export_folder, export_maker
from service.wiring.imports import importing

LATE = {"userId": "0123abc45d", "traits": {"name": "Gavin"}, "createdAt": "2020-01-01"}
CONFLICT = {"userId": "someone-else", "phoneNumber": "9967536783"}

FILE = (
    "Full Name,Phone (with code),Points,Remarks\n"
    "Gavin Roberts,+919967536783,120,knows us\n"
    "Asha Rao,+919820098200,80,\n"
    "Ravi Shah,+919833098330,many,\n"
)


def tell(client, world, description):
    """Make the calls of the story; gives what stands for the variable parts of paths."""

    def example(path):
        return description.operations["POST", f"{path}/"]["requestBody"]["content"]["application/json"]["example"]

    said = [(USERS, example(USERS)), (EVENTS, example(EVENTS)), (USERS, LATE), (USERS, CONFLICT)]
    answers = [client.post(path, body) for path, body in said]
    assert {answer.status_code for answer in answers} == {201, 202}
    world.settle()
    checked = check_import(client, world)
    contact = world.contact("0123abc45d")["id"]
    return {
        "/v1/contacts/{id}": contact,
        "/v1/audit/runs/{id}": verified(world),
        "/v1/imports/{id}": checked,
        "/v1/exports/{id}": exported(world),
        "/v1/edits/{id}": edited(client, world),
        "/v1/erasures/{id}": erasing_many(client, world),
        "/v1/audit/entries/{position}": "1",
        "/v1/rejected/{position}": "5",
        "/v1/messages/{id}": answers[0].json["id"],
        "/v1/public/apis/users/phone_number/{number}": "9967536783",
        "/v1/public/apis/users/id/{user_id}": "0123abc45d",
        **let_in(world),
    }


def let_in(world):
    """Let Meera in, with a device, and make the key of a shop; gives what stands for their ids."""
    with closing(world.drivers.store()) as store:
        people, keys = People(store, lambda: 1, token_urlsafe), Keys(store, lambda: 2, token_urlsafe)
        sessions = Sessions(store, now, token_urlsafe)
        for person in people.all():
            people.remove(person.id, by="tests")
        for key in keys.all():
            if key.name == "shop":
                keys.revoke(key.id, by="tests")
        person = people.add("Meera Shah", ["read"], by="tests")
        key, _ = keys.create("shop", ["track", "read"], by="tests")
        session = sessions.find(sessions.begin("Chrome on Windows", person=person.id))
        views, owner = Views(store, world.drivers.ids()), "Website"
        for one in views.seen_by(owner):
            views.remove(one.id, owner)
        view = views.save(View("", "Pune, vip", view_shapes.QUERY, ("name", "phone"), "-modified", True, owner))
    let = {"/v1/people/{id}": person.id, "/v1/sessions/{id}": session.id, "/v1/keys/{id}": key.id}
    return {**let, "/v1/views/{id}": view.id}


def verified(world):
    """The id of a verify that is done; its command is run here, where it needs no process."""
    id = str(world.drivers.ids()())

    class Here:
        def begin(self, lock, arguments, *, out, before, after):
            lock.parent.mkdir(exist_ok=True)
            before()
            environ = world.deployment.environ({})
            out.write_text(CliRunner().invoke(commands, arguments, env=environ).stdout)
            after()
            return True

    return AuditRuns(world.deployment.data / "audits", Here(), lambda: id, lambda: 0).begin("verify", by="Website")[
        "id"
    ]


def edited(client, world):
    """A change of many contacts that is checked; its id."""
    id = client.post("/v1/edits", edit_shapes.EDIT).json["id"]
    with importing(world.deployment) as importer:
        importer.go_on(id, lambda *_: None)
    return id


def erasing_many(client, world):
    """An erasure of many contacts that is counted; its id."""
    id = client.post("/v1/erasures", bulk_erasure_shapes.ERASE_MANY).json["id"]
    with go_on_with_erasures(world.drivers) as turn:
        turn()
    return id


def exported(world):
    """The id of an export that is ready."""

    class Nowhere:
        def begin(self, *_):
            return True

    folder, new_id = export_folder(world.deployment), world.drivers.ids()
    id = Exports(folder, Nowhere(), new_id, now).ask(WantedExport(columns=("name", "phone")), "office")["id"]
    with export_maker(world.deployment) as maker:
        maker.run()
    return id


def check_import(client, world, file=FILE):
    """An import that is uploaded, mapped and checked; its id."""
    uploaded = client.upload(file)
    assert uploaded.status_code == 201
    path = f"/v1/imports/{uploaded.json['id']}"
    assert client.put(f"{path}/tags", examples.TAGS).status_code == 200
    assert client.put(f"{path}/mapping", examples.MAPPING).status_code == 200
    assert client.post(f"{path}/check", raw=b"").status_code == 202
    with importing(world.deployment) as importer:
        importer.go_on(uploaded.json["id"], lambda *_: None)
    return uploaded.json["id"]


def place(path, stands):
    """A path with the story's own ids in it."""
    for prefix, id in stands.items():
        if path.startswith(prefix):
            return path.replace(prefix[prefix.index("{") :], id, 1)
    return path
