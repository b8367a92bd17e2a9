"""docker-compose.yml for real: the tour of the README beside Apache Kafka, crashes, and down and up again."""

import json
import shutil

import pytest
from kafka import KafkaProducer

from tests.brokers import has_docker, missing
from tests.containers.compose import ROOT, SERVICES, Stack, compose_command
from tests.shipped import eventually

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stack():
    command = compose_command()
    if command is None or not has_docker():
        missing("there is no Docker with compose on this machine")
    made = Stack(command)
    try:
        made.up("--build")
        yield made
    finally:
        print(made.logs())  # noqa: T201 - pytest shows it beside a failure
        made.remove()


@pytest.fixture(scope="module")
def key(stack):
    """A key made as docker-compose.yml says."""
    return stack.contacts("keys", "create", "--name", "test", "--scope", "track", "--scope", "read")["key"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The sample files in a folder that the image's user may read."""
    folder = tmp_path_factory.mktemp("samples")
    for path in [folder, *folder.parents[:2]]:
        path.chmod(0o755)
    for path in (ROOT / "samples").glob("*.csv"):
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o644)
    return folder


def shown(stack, who):
    """A contact, once it shows."""
    return eventually(lambda: stack.show(who), f"{who} shows in contact state")


def test_a_track_call_becomes_a_contact_with_a_history(stack, key):
    call = {"phoneNumber": "9967536783", "countryCode": "+91", "traits": {"name": "Gavin Roberts"}, "tags": ["vip"]}
    status, answer = stack.track(key, call)
    assert (status, answer["result"]) == (202, True)

    eventually(lambda: shown(stack, "+919967536783")["tags"], "both messages of the call show")
    contact = stack.contacts("show", "+919967536783")
    assert (contact["traits"], contact["tags"]) == ({"name": "Gavin Roberts"}, ["vip"])
    events = stack.contacts("history", "+919967536783")["events"]
    assert [event["type"] for event in events] == ["UserTracked", "TagsAdded"]
    earlier = stack.contacts("show", "+919967536783", "--as-of", str(events[0]["position"]))
    assert earlier["tags"] == []


def test_a_file_is_imported_by_a_container_of_its_own(stack, samples):
    result = stack.import_file(samples / "contacts.csv", "--tag", "diwali")
    assert (result["rows"], result["created"] + result["updated"], result["rejects"]) == (10, 10, [])
    assert "diwali" in stack.contacts("show", "+919822013345")["tags"]


def test_a_program_outside_publishes_straight_to_the_topic(stack):
    event = {"specversion": "1.0", "id": "1", "source": "https://shop.example/orders", "type": "UserTracked"}
    event |= {"time": "2026-11-22T10:00:00Z", "data": {"phone": "+919845012345", "traits": {"city": "Bengaluru"}}}
    producer = KafkaProducer(bootstrap_servers=stack.bootstrap)
    producer.send("contacts", json.dumps(event).encode(), key=b"+919845012345").get(timeout=10)
    producer.close()
    assert shown(stack, "+919845012345")["traits"] == {"city": "Bengaluru"}


@pytest.mark.parametrize(("service", "number"), [*zip(SERVICES, range(9845012360, 9845012365), strict=True)])
def test_a_killed_container_comes_back_and_what_was_accepted_before_and_after_is_there(stack, key, service, number):
    if not stack.runs_here():
        pytest.skip("Docker runs in a machine of its own, whose processes cannot be killed from here")
    call = {"countryCode": "91", "traits": {"name": "Kabir Anand"}}
    assert stack.track(key, {**call, "phoneNumber": str(number)})[0] == 202
    stack.kill(service)
    eventually(lambda: accepted(stack, key, {**call, "phoneNumber": str(number + 10)}), "calls are accepted again")
    assert shown(stack, f"+91{number}")["traits"] == {"name": "Kabir Anand"}
    assert shown(stack, f"+91{number + 10}")["traits"] == {"name": "Kabir Anand"}
    stack.wait_until_healthy(service)


def accepted(stack, key, call):
    """Whether the API takes the call now."""
    try:
        return stack.track(key, call)[0] == 202
    except OSError:
        return False


def test_down_and_up_again_loses_nothing(stack, key):
    before = stack.contacts("verify")
    stack.down()
    stack.up()
    after = stack.contacts("verify")
    assert before["ok"]
    assert after["ok"]
    assert (after["events"], after["full_digest"]) == (before["events"], before["full_digest"])
    assert stack.track(key, {"phoneNumber": "9845012399", "countryCode": "91"})[0] == 202
    assert shown(stack, "+919845012399")
