"""Undo, redo, and the same file again (R23, R32)."""

import pytest

from tests.examples import GAVIN
from tests.service.api.imports.calls import PATH, told


def test_an_import_is_undone_and_redone(client, world, checked, work, description):
    """R32."""
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    before = [one["id"] for one in world.contacts()]
    for command, state, contacts in (("undo", "undone", []), ("redo", "done", before)):
        answer = client.post(f"{PATH}/{id}/{command}", {"reason": "the wrong file"})
        assert answer.status_code == 202
        description.assert_fits("POST", f"{PATH}/{{id}}/{command}", answer)
        world.settle()
        shown = client.read(f"{PATH}/{id}")
        assert (shown.json["state"], shown.json["undoing"]["reason"]) == (state, "the wrong file")
        assert [one["id"] for one in world.contacts()] == contacts
        description.assert_fits("GET", f"{PATH}/{{id}}", shown)


def test_an_undo_that_would_opt_somebody_in_again_is_409_unless_allowed(client, world, checked, work, description):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    id = checked(f"Phone,WhatsApp Opted\n{GAVIN},FALSE\n")
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    answer = client.post(f"{PATH}/{id}/undo", raw=b"")
    assert (answer.status_code, answer.json["reason"], answer.json["opt_ins"]) == (409, "opt_in_not_allowed", 1)
    description.assert_fits("POST", f"{PATH}/{{id}}/undo", answer)
    assert client.post(f"{PATH}/{id}/undo", {"allow_opt_in": True}).status_code == 202


def test_an_undo_can_leave_out_whom_it_would_opt_in_again(client, world, checked, work):
    """R16."""
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    id = checked(f"Phone,WhatsApp Opted,City\n{GAVIN},FALSE,Goa\n")
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    assert client.post(f"{PATH}/{id}/undo", {"leave_opted_out": True}).status_code == 202
    world.settle()
    assert world.contact(GAVIN)["traits"] == {"whatsapp_opted": False}
    path = f"/v1/contacts/{world.contact(GAVIN)['id']}/history"
    (_, said) = client.read(path, query_string={"order": "newest", "limit": 2}).json["events"]
    assert (said["type"], said["origin"]["kind"]) == ("UserTracked", "hub")


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_an_order_about_what_was_never_confirmed_is_409(client, uploaded, description, command):
    answer = client.post(f"{PATH}/{uploaded}/{command}", raw=b"")
    assert (answer.status_code, answer.json["reason"], answer.json["state"]) == (409, "state", "uploaded")
    assert "was never confirmed" in answer.json["message"]
    description.assert_fits("POST", f"{PATH}/{{id}}/{command}", answer)


def test_an_undo_of_an_undone_import_is_409_and_says_that_a_redo_is_allowed(client, world, checked, work):
    id = checked()
    client.post(f"{PATH}/{id}/confirm", raw=b"")
    work(id)
    client.post(f"{PATH}/{id}/undo", raw=b"")
    world.settle()
    answer = client.post(f"{PATH}/{id}/undo", raw=b"")
    assert (answer.status_code, answer.json["state"], answer.json["allowed"]) == (409, "undone", ["redo"])


def test_the_same_file_and_choices_again_are_409_and_name_the_import_unless_again(client, checked, work):
    first, second = checked(), checked()
    client.post(f"{PATH}/{first}/confirm", raw=b"")
    work(first)
    assert told(client, second)["imported_before"] == first
    answer = client.post(f"{PATH}/{second}/confirm", {})
    assert (answer.status_code, answer.json["reason"], answer.json["imported_before"]) == (
        409,
        "already_imported",
        first,
    )
    assert client.post(f"{PATH}/{second}/confirm", {"again": True}).status_code == 202
    work(second)
    assert told(client, second)["unchanged"] == 1


def test_of_an_import_that_was_undone_the_same_file_again_offers_the_redo(client, checked, work):
    first, second = checked(), checked()
    client.post(f"{PATH}/{first}/confirm", raw=b"")
    work(first)
    assert client.post(f"{PATH}/{first}/undo", {}).status_code == 202
    work(first)
    assert told(client, first)["state"] == "undone"
    answer = client.post(f"{PATH}/{second}/confirm", raw=b"")
    assert (answer.status_code, answer.json["imported_before"]) == (409, first)
    assert answer.json["redo"] == f"{PATH}/{first}/redo"
    assert "was undone" in answer.json["message"]
    assert client.post(answer.json["redo"], {}).status_code == 202
