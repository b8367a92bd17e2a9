"""What a clock that is wrong may do to calls: delay them, never make what was acknowledged lose (R4)."""

import io
import time
from contextlib import closing

import msgspec
import pytest

from consumers.appender import Appender
from consumers.consume_loop import Consumer
from ledger.bus.port import Message
from ledger.bus.sqlite import SqliteBus
from ledger.log.sqlite.writer import SqliteEventLog
from service.imports.columns.choices import Choices
from service.wiring.imports import importing
from tests.examples import GAVIN
from tests.intake import message
from tests.service.api.test_new_contact import settling
from tests.world import UntilCaughtUp

DAY = 24 * 3600 * 1_000_000
CALL = {"phoneNumber": "9967536783", "countryCode": "+91", "traits": {"city": "Agra"}}


def now():
    return time.time_ns() // 1000


def publish_at(world, moment, **traits):
    bus = SqliteBus(world.folder / "bus.db", clock=lambda: moment)
    with closing(bus.publisher()) as publisher:
        publisher.publish([Message(None, message("UserTracked", {"phone": GAVIN, "traits": traits}))])


def consume_at(world, moment):
    deployment, drivers = world.deployment, world.drivers
    with closing(SqliteEventLog(deployment.log_path, clock=lambda: moment, signer=drivers.signer())) as log:
        appender = Appender(log, secret=deployment.secret, may_merge=True, clock=lambda: moment, ids=drivers.ids())
        Consumer(drivers.bus(), log, appender).run(UntilCaughtUp(world, log))


@pytest.fixture
def set_back(world):
    """The world's clock was right until a moment ago; now it is two days behind."""
    publish_at(world, now() + 2 * DAY, city="Pune", plan="basic")
    consume_at(world, now() + 2 * DAY)
    world.project()
    return world


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}])
@pytest.mark.parametrize("path", ["/v1/public/track/users/", "/v1/contacts/batch"])
def test_a_call_taken_while_the_clock_is_two_days_behind_wins(set_back, client, path, headers):
    for _ in range(2):
        assert client.post(path, raw=msgspec.json.encode(CALL), headers=headers).status_code == 202
    set_back.settle()
    assert set_back.contact(GAVIN)["traits"] == {"city": "Agra", "plan": "basic"}
    assert all(entry.is_accepted for entry in set_back.entries())


def test_a_change_under_a_condition_wins_too(set_back, client):
    path = f"/v1/contacts/{set_back.contact(GAVIN)['id']}"
    etag = client.read(path).headers["ETag"]
    with settling(set_back):
        answer = client.patch(path, {"traits": {"city": "Agra"}}, headers={"If-Match": etag})
    assert answer.status_code in (200, 202)  # 202 where a busy machine takes long to show it
    set_back.settle()
    assert set_back.contact(GAVIN)["traits"]["city"] == "Agra"


def test_a_file_imported_while_the_clock_is_two_days_behind_wins_too(set_back):
    file = io.BytesIO(b"Phone Number,Country Code,City\n9967536783,91,Agra\n")
    with importing(set_back.deployment) as importer:
        id = importer.bring(file, "people.csv", Choices(), lambda *_: None).id
        set_back.settle()
        assert importer.results.counts(id)["updated"] == 1
    assert set_back.contact(GAVIN)["traits"]["city"] == "Agra"


def test_while_the_clock_is_years_ahead_calls_are_refused_with_a_way_on_and_readyz_says_so(world, client):
    publish_at(world, now() - 400 * DAY, city="Pune")
    answer = client.track(CALL)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert "--accept-clock" in answer.json["message"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "--accept-clock" in ready.json["parts"]["bus"]
    world.drivers.bus().accept_clock()
    assert client.track(CALL).status_code == 202
