"""Beside a running import, a read that brings a call's `Consistency-Token` shows that call, on both buses."""

import csv

import pytest

from tests.shipped import eventually

ROWS = 60_000


@pytest.fixture
def importing(served, tmp_path):
    """The process of an import that has begun to publish its rows."""
    with (tmp_path / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Phone", "Name", "City"])
        writer.writerows([f"+9198{number * 7919 % 10**8:08d}", "Asha Rao", "Pune"] for number in range(ROWS))
    before = log_position(served)
    process = served.shipped.start("import", str(tmp_path / "people.csv"))
    eventually(lambda: log_position(served) > before, "the import's rows reach the log")
    yield process
    assert process.wait() == 0, process.text()


def log_position(served):
    return served.http.get("/readyz").json().get("log_position", 0)


def shown(served, token):
    """What a read with this token shows; where the import lets it wait too long it says so, and is asked again."""

    def ask():
        answer = served.http.get(
            "/v1/contacts", params={"where": "user_id=writer"}, headers={"Consistency-Token": token}
        )
        assert answer.status_code == 200 or (answer.status_code == 503 and answer.headers["Retry-After"])
        return answer.status_code == 200 and answer.json()["contacts"]

    return eventually(ask, "the write shows")


def test_a_read_with_a_token_shows_the_write_beside_an_import(served, importing):
    beside = 0
    while importing.exit_code() is None and beside < 50:
        written = served.track({"userId": "writer", "traits": {"turn": beside}})
        assert written.status_code == 202
        (contact,) = shown(served, written.headers["Consistency-Token"])
        assert contact["traits"]["turn"] == beside
        beside += importing.exit_code() is None
    assert beside > 0
