"""The commands that read: JSON exactly as the interface has it, exit codes 0, 1 and 2, and never a traceback."""

import json
import os
import re

import orjson
import pytest

from ledger import sqlite
from service.cli import ledger
from service.cli.main import main
from service.parts.locks import holding
from tests.examples import ASHA, EMMA, GAVIN, MEERA

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def contacts(world, monkeypatch, tmp_path, capfd):
    """The command, in this process: gives exit code, stdout and stderr."""
    for name in [name for name in os.environ if name.startswith("CONTACTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CONTACTS_DATA", str(world.folder))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code, out, err

    return run


@pytest.fixture
def told(contacts):
    """The command with --json: gives the document, after an exit code of 0."""

    def run(*arguments):
        code, out, err = contacts(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return run


@pytest.fixture
def filled(world):
    """Gavin, changed twice; Emma, known by her user id alone; a rejected message. Positions 1 to 5."""
    world.track(phone=GAVIN, user_id="u1", name="Gavin Roberts", city="Pune", visits=5)
    world.tag("VIP", "new customer", phone=GAVIN)
    world.track(user_id="emma", name="Emma")
    world.track(phone=GAVIN, city="Agra", whatsapp_opted=True)
    world.track(phone="12")
    world.settle()
    return world


@pytest.mark.usefixtures("filled")
def test_show_has_the_shape_of_a_contact(told):
    contact = told("show", GAVIN)
    assert ID.fullmatch(contact.pop("id"))
    assert MOMENT.fullmatch(contact.pop("created_at"))
    assert MOMENT.fullmatch(contact.pop("modified_at"))
    assert contact == {
        "phone": GAVIN,
        "country_code": "+91",
        "phone_number": "9967536783",
        "user_id": "u1",
        "traits": {"name": "Gavin Roberts", "city": "Agra", "visits": 5, "whatsapp_opted": True},
        "tags": ["VIP", "new customer"],
        "position": 4,
    }


@pytest.mark.usefixtures("filled")
def test_identities_that_are_absent_are_null(told):
    contact = told("show", "emma")
    assert [contact[name] for name in ("phone", "country_code", "phone_number")] == [None, None, None]


@pytest.mark.usefixtures("filled")
def test_show_finds_one_contact_by_id_phone_and_user_id(told):
    contact = told("show", GAVIN)
    assert told("show", contact["id"]) == told("show", "u1") == contact


def test_a_merged_away_id_leads_to_the_survivor(told, filled):
    """R7."""
    filled.track(phone=EMMA)
    filled.settle()
    survivor, absorbed = told("show", "emma")["id"], told("show", EMMA)["id"]
    filled.track(phone=EMMA, user_id="emma")
    filled.settle()
    assert told("show", absorbed) == told("show", survivor)
    assert told("show", absorbed)["id"] == survivor
    assert told("history", absorbed)["contact"] == survivor


@pytest.mark.usefixtures("filled")
def test_show_as_of_a_position_names_the_position_used(told):
    """R29."""
    contact = told("show", GAVIN, "--as-of", "1")
    assert (contact["as_of"], contact["position"], contact["tags"]) == (1, 1, [])
    assert contact["traits"] == {"name": "Gavin Roberts", "city": "Pune", "visits": 5}


@pytest.mark.usefixtures("filled")
def test_show_as_of_a_moment_is_what_was_known_then_inclusive(told):
    """R29."""
    recorded = told("history", GAVIN)["events"][-1]["recorded_at"]
    assert told("show", GAVIN, "--as-of", recorded)["as_of"] == 5


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("as_of", ["0", "2000-01-01", "2000-01-01T00:00:00Z"])
def test_a_contact_that_did_not_exist_yet_is_exit_code_1(contacts, as_of):
    code, out, err = contacts("show", GAVIN, "--as-of", as_of)
    assert (code, out) == (1, "")
    assert "did not exist yet at position 0" in err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("as_of", ["99", "9" * 5000, "yesterday", "2026-11-22T10:00:00", "-1", ""])
def test_an_as_of_that_is_no_position_of_the_log_and_no_moment_is_exit_code_2(contacts, as_of):
    code, out, err = contacts("show", GAVIN, f"--as-of={as_of}")
    assert (code, out) == (2, "")
    assert "--as-of" in err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", [("show",), ("history",), ("explain",), ("diff", "1", "2")])
@pytest.mark.parametrize("who", [ASHA, "nobody", "", "+"])
def test_somebody_unknown_is_exit_code_1(contacts, command, who):
    name, *rest = command
    code, out, err = contacts(name, who, *rest)
    assert (code, out) == (1, "")
    assert err.startswith("Error: no contact is found by")


@pytest.mark.usefixtures("filled")
def test_history_has_the_shape_of_a_history(told):
    history = told("history", GAVIN)
    assert history["contact"] == told("show", GAVIN)["id"]
    first, second, third = history["events"]
    assert {"position", "id", "type", "source", "stated_at", "recorded_at", "changes"} <= first.keys()
    assert [event["position"] for event in (first, second, third)] == [1, 2, 4]
    assert second["changes"] == [
        {"attribute": "tags", "from": None, "to": "VIP"},
        {"attribute": "tags", "from": None, "to": "new customer"},
    ]
    assert third["changes"] == [
        {"attribute": "city", "from": "Pune", "to": "Agra"},
        {"attribute": "whatsapp_opted", "from": None, "to": True},
    ]
    assert MOMENT.fullmatch(first["stated_at"])
    assert MOMENT.fullmatch(first["recorded_at"])


@pytest.mark.usefixtures("filled")
def test_explain_has_the_shape_of_an_explanation(told):
    explained = told("explain", GAVIN)
    assert explained["contact"] == told("show", GAVIN)["id"]
    city = explained["values"]["city"]
    assert {"value", "position", "event", "source", "stated_at", "lost"} <= city.keys()
    assert (city["value"], city["position"]) == ("Agra", 4)
    assert [(lost["value"], lost["position"]) for lost in city["lost"]] == [("Pune", 1)]
    assert [tag["value"] for tag in explained["tags"]] == ["VIP", "new customer"]
    assert set(explained["tags"][0]) == {"value", "position", "event", "source", "stated_at"}


@pytest.mark.usefixtures("filled")
def test_explain_of_one_trait_is_that_one_alone(told):
    assert set(told("explain", GAVIN, "city")["values"]) == {"city"}


@pytest.mark.usefixtures("filled")
def test_explain_of_a_trait_nobody_set_is_exit_code_1(contacts):
    code, _, err = contacts("explain", GAVIN, "shoe size")
    assert code == 1
    assert "shoe size" in err


@pytest.mark.usefixtures("filled")
def test_diff_tells_what_is_different_between_two_positions(told):
    difference = told("diff", GAVIN, "1", "4")
    assert (difference["from"], difference["to"]) == (1, 4)
    assert {"attribute": "city", "from": "Pune", "to": "Agra"} in difference["changes"]
    assert {"attribute": "tags", "from": None, "to": "VIP"} in difference["changes"]


@pytest.mark.usefixtures("filled")
def test_diff_from_before_the_contact_is_everything(told):
    changes = told("diff", GAVIN, "0", "1")["changes"]
    assert [change["attribute"] for change in changes] == ["phone", "user_id", "name", "city", "visits"]


@pytest.mark.usefixtures("filled")
def test_list_has_the_shape_of_a_list_the_one_changed_last_first(told):
    listed = told("list")
    assert listed["total"] == 2
    assert listed["next_cursor"] is None
    assert listed["contacts"] == [told("show", GAVIN), told("show", "emma")] or listed["contacts"] == [
        told("show", "emma"),
        told("show", GAVIN),
    ]


@pytest.mark.usefixtures("filled")
def test_a_list_goes_on_at_its_cursor(told):
    first = told("list", "--limit", "1")
    second = told("list", "--limit", "1", "--cursor", first["next_cursor"])
    assert second["next_cursor"] is None
    assert first["total"] == second["total"] == 2
    assert first["contacts"] != second["contacts"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("options", "phones"),
    [
        (["--where", "city=Agra"], [GAVIN]),
        (["--where", "city=Agra", "--where", "visits>5"], []),
        (["--where", "city!=Agra"], [None]),
        (["--tag", "vip"], [GAVIN]),
        (["--tag", "vip", "--tag", "New Customer"], [GAVIN]),
        (["--tag", "vip", "--tag", "inactive"], []),
        (["--where", "city=Pune", "--as-of", "2"], [GAVIN]),
        (["--as-of", "0"], []),
    ],
)
def test_a_list_shows_those_who_meet_every_condition_and_tag(told, options, phones):
    assert [contact["phone"] for contact in told("list", *options)["contacts"]] == phones


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "options",
    [
        ["--where", "city"],
        ["--where", "visits=many"],
        ["--tag", " "],
        ["--tag", "x" * 101],
        ["--limit", "0"],
        ["--cursor", "²"],
        ["--cursor", "-1"],
        ["--cursor", "9" * 5000],
        ["--as-of", "soon"],
        ["--nonsense"],
    ],
)
def test_a_list_asked_for_wrongly_is_exit_code_2(contacts, options):
    code, out, err = contacts("list", *options)
    assert (code, out) == (2, "")
    assert "Error" in err


@pytest.mark.usefixtures("filled")
def test_status_has_the_shape_of_a_status(told):
    status = told("status")
    assert re.fullmatch("[0-9a-f]{64}", status.pop("head"))
    assert status == {
        "position": 5,
        "bus_lag": 0,
        "lag_events": 0,
        "lag_seconds": 0.0,
        "rejected": 1,
        "generation": 1,
        "contacts": 2,
    }


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
    connection = sqlite.connect(filled.deployment.generations().current_path())
    connection.execute("UPDATE checkpoint SET position = 99")
    connection.close()
    told("rebuild")
    assert told("verify")["ok"]


@pytest.mark.usefixtures("filled")
def test_rejected_messages_have_their_shape(told, filled):
    filled.publish([b"\xff\x00"])
    filled.consume()
    first, second = told("rejected", "list")["rejected"]
    assert set(first) >= {"position", "id", "reason", "message", "source", "recorded_at", "raw"}
    assert (first["position"], first["reason"]) == (5, "phone_invalid")
    assert orjson.loads(first["raw"])["data"]["phone"] == "12"
    assert (second["id"], second["source"], second["raw"]) == (None, None, {"base64": "/wA="})
    assert told("rejected", "show", "5") == first
    assert told("rejected", "list", "--after", "5")["rejected"] == [second]


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


def test_a_rebuild_while_a_projector_holds_the_lock_says_that_it_was_not_taken_up(contacts, filled, monkeypatch):
    monkeypatch.setattr(ledger, "SWITCH_SECONDS", 0.1)
    with holding(filled.deployment.projector_lock):
        code, _, err = contacts("rebuild")
    assert code == 1
    assert "did not take it up" in err
