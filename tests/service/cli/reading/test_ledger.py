"""status, verify, head, rebuild and rejected; and what holds for every command that reads."""

import json
import re

import orjson
import pytest

from ledger import sqlite
from service.deployment.locks import holding
from service.deployment.parts import PROJECTOR
from tests.examples import ASHA, GAVIN, MEERA


@pytest.mark.usefixtures("filled")
def test_status_has_the_shape_of_a_status(told):
    status = told("status")
    assert re.fullmatch("[0-9a-f]{64}", status.pop("head"))
    assert [part["name"] for part in status["parts"]] == ["importer", "consumer", "projector"]
    for part in status.pop("parts"):
        assert part.keys() == {"name", "alive", "position", "heartbeat_seconds", "fault"}
    assert status == {
        "position": 5,
        "bus_lag": 0,
        "lag_events": 0,
        "lag_seconds": 0.0,
        "rejected": 1,
        "generation": 1,
        "contacts": 2,
        "last_backup": None,
        "retention": None,
    }


@pytest.mark.usefixtures("filled")
def test_status_tells_the_last_backup_in_words(contacts, tmp_path):
    assert contacts("backup", str(tmp_path / "kept"))[0] == 0
    line = re.search(r"^last_backup\s+(.*?)\s*$", contacts("status")[1], re.MULTILINE)[1]
    assert re.fullmatch(r"at \d{4}-\d\d-\d\dT[\d:.]+Z, position 5, by \S+", line)


def test_status_tells_what_waits_before_and_behind_the_log(told, filled):
    filled.track(phone=ASHA)
    filled.consume()
    filled.track(phone=MEERA)
    status = told("status")
    assert (status["bus_lag"], status["lag_events"], status["contacts"]) == (1, 1, 2)
    assert status["lag_seconds"] > 0


def test_status_of_a_deployment_that_never_ran_is_all_zeros(told):
    status = told("status")
    assert (status["position"], status["bus_lag"], status["contacts"], status["generation"]) == (0, 0, 0, None)


@pytest.mark.parametrize("command", [["show", GAVIN], ["history", GAVIN], ["list"], ["verify"], ["head"], ["rebuild"]])
def test_before_anything_ran_the_commands_say_so_in_one_sentence(contacts, command):
    code, out, err = contacts(*command)
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert "start" in err


@pytest.mark.usefixtures("filled")
def test_verify_has_the_shape_of_a_report(told):
    report = told("verify")
    digests = [report.pop("content_digest"), report.pop("full_digest")]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
    assert report == {"ok": True, "events": 5, "contacts": 2, "faults": []}


def test_verify_of_a_changed_log_is_exit_code_1_and_names_the_position(contacts, filled):
    tamper(filled, "UPDATE entries SET value = replace(value, 'Pune', 'Puna') WHERE position = 1")
    code, out, _ = contacts("verify", "--json")
    report = json.loads(out)
    assert code == 1
    assert not report["ok"]
    assert {"position", "fault"} == set(report["faults"][0])
    assert report["faults"][0]["position"] == 1


def test_verify_of_a_log_that_no_longer_folds_is_a_report_too(contacts, filled):
    tamper(filled, "DELETE FROM entries WHERE position = 1")
    code, out, _ = contacts("verify", "--json")
    assert code == 1
    assert json.loads(out)["full_digest"] is None


def tamper(world, statement):
    connection = sqlite.connect(world.deployment.log_path)
    guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    connection.create_function("replace", 3, lambda value, a, b: value.replace(a.encode(), b.encode()))
    taken_away = [f"DROP TRIGGER {name}" for name, _ in guards]
    for each in [*taken_away, statement, *(declaration for _, declaration in guards)]:
        connection.execute(each)
    connection.close()


def test_a_saved_head_proves_that_nothing_before_it_changed(told, filled, tmp_path):
    (tmp_path / "head").write_text(json.dumps(told("head")))
    filled.track(phone=ASHA)
    filled.settle()
    assert told("verify", "--head", str(tmp_path / "head"))["ok"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("no JSON", 2),
        ("[]", 2),
        ('{"position": "x", "hash": "00", "signature": ""}', 2),
        ('{"position": -1, "hash": "00", "signature": ""}', 2),
        ('{"position": 99999999999999999999, "hash": "00", "signature": ""}', 2),
        ('{"position": 1, "hash": "00", "signature": "00"}', 1),
    ],
)
def test_a_head_that_is_none_or_not_of_this_deployment_is_refused(contacts, tmp_path, content, code):
    (tmp_path / "head").write_text(content)
    assert contacts("verify", "--head", str(tmp_path / "head"))[0] == code


@pytest.mark.usefixtures("filled")
def test_rebuild_comes_to_the_digests_of_verify_and_switches(told):
    before = told("verify")
    rebuilt = told("rebuild")
    assert (rebuilt["content_digest"], rebuilt["full_digest"]) == (before["content_digest"], before["full_digest"])
    assert (rebuilt["position"], rebuilt["generation"], rebuilt["contacts"]) == (5, 2, 2)
    assert told("status")["generation"] == 2


@pytest.mark.usefixtures("filled")
def test_rebuild_into_a_file_leaves_the_deployments_state_alone(told, tmp_path):
    rebuilt = told("rebuild", "--until", "2", "--into", str(tmp_path / "then.db"))
    assert (rebuilt["position"], rebuilt["generation"], rebuilt["contacts"]) == (2, None, 1)
    assert told("status")["generation"] == 1


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("options", [["--until", "2"], ["--until", "99", "--into", "x.db"], ["--into", "there.db"]])
def test_a_rebuild_asked_for_wrongly_is_exit_code_2(contacts, tmp_path, options):
    (tmp_path / "there.db").touch()
    assert contacts("rebuild", *options)[0] == 2


@pytest.mark.usefixtures("filled")
def test_a_rebuild_mends_a_state_that_contradicts_the_log(told, filled):
    connection = sqlite.connect(filled.drivers.generations().current_path())
    connection.execute("UPDATE checkpoint SET position = 99")
    connection.close()
    told("rebuild")
    assert told("verify")["ok"]


@pytest.mark.usefixtures("filled")
def test_rejected_messages_have_their_shape(told, filled):
    filled.publish([b"\xff\x00"])
    filled.consume()
    listed = told("rejected", "list")
    second, first = listed["rejected"]
    assert (listed["total"], listed["next_before"]) == (2, None)
    assert set(first) >= {"position", "id", "reason", "message", "source", "recorded_at", "raw"}
    assert (first["position"], first["reason"]) == (5, "phone_invalid")
    assert orjson.loads(first["raw"])["data"]["phone"] == "12"
    assert (second["id"], second["source"], second["raw"]) == (None, None, {"base64": "/wA="})
    assert told("rejected", "show", "5") == first
    assert told("rejected", "list", "--before", "6")["rejected"] == [first]
    assert told("rejected", "list", "--reason", "unreadable")["rejected"] == [second]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["retry", "5", "--rejected-for", "invalid", "--source", "x", "--yes"],
            "--rejected-for, --source, --yes",
        ),
        (["drop", "5", "--yes", "--reason", "a test"], "--yes: only with --all"),
        (["retry", "--all", "--as", __file__], "--as corrects one message"),
        (["retry"], "name the POSITION"),
        (["drop", "--all", "--reason", "phone_invalid"], "--rejected-for phone_invalid"),
        (["drop", "5", "--reason", "phone_invalid"], "--rejected-for phone_invalid"),
    ],
)
def test_an_order_with_an_option_that_says_nothing_for_it_is_refused(contacts, filled, arguments, says):
    code, _, err = contacts("rejected", *arguments)
    assert (code, says in err) == (2, True), err
    filled.settle()
    assert len(filled.entries()) == 5


@pytest.mark.usefixtures("filled")
def test_of_many_it_is_said_how_many_there_are_and_done_with_yes(contacts, told, filled):
    drop = ["rejected", "drop", "--all", "--rejected-for", "phone_invalid", "--reason", "a test of ours"]
    assert "1 messages would be dropped" in contacts(*drop)[1]
    assert told(*drop, "--yes")["sent"] == 1
    filled.settle()
    assert told("rejected", "show", "5")["state"] == "dropped"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("position", "code"), [("1", 1), ("99", 1), ("x", 2), ("9" * 30, 2)])
def test_a_position_without_a_rejected_message_is_an_error(contacts, position, code):
    assert contacts("rejected", "show", position)[0] == code


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "command",
    [
        ["show", GAVIN],
        ["show", GAVIN, "--as-of", "1"],
        ["history", GAVIN],
        ["explain", GAVIN],
        ["diff", GAVIN, "1", "4"],
        ["list"],
        ["status"],
        ["verify"],
        ["head"],
        ["rejected", "list"],
        ["rejected", "show", "5"],
    ],
)
def test_every_command_also_speaks_to_a_person(contacts, command):
    code, out, err = contacts(*command)
    assert (code, err) == (0, "")
    assert out.strip()


@pytest.mark.usefixtures("filled")
def test_an_argument_that_is_no_utf8_is_exit_code_2(contacts):
    assert contacts("show", "\udcff")[0] == 2


@pytest.mark.usefixtures("filled")
def test_a_setting_that_is_wrong_is_exit_code_2(contacts, monkeypatch):
    monkeypatch.setenv("CONTACTS_MERGE", "sometimes")
    code, _, err = contacts("status")
    assert code == 2
    assert "CONTACTS_MERGE" in err


def test_a_rebuild_while_a_projector_holds_the_lock_says_that_it_was_not_taken_up(contacts, filled):
    with holding(PROJECTOR.lock(filled.deployment.data)):
        code, _, err = contacts("rebuild", "--wait", "0.1")
    assert code == 1
    assert "did not take it up" in err
