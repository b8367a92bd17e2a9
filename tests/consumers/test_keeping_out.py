"""Who was erased with keep-out is kept out by the append, whatever names them, until somebody lets them in (R31)."""

from contextlib import closing

import orjson
import pytest

from ledger.events.signing import Signer
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.sqlite import connect
from tests.examples import ASHA, GAVIN
from tests.intake import SECRET, erasure_message, message, readmission_message, row_message


@pytest.fixture
def out(intake):
    """Gavin, erased and kept out."""
    (gavin,) = intake.take(message("UserTracked", {"phone": GAVIN, "userId": "gavin-7731"}, id="g1"))
    intake.take(erasure_message(gavin, keep_out=True))
    return intake


def reasons(entries):
    return [entry.reason for entry in entries]


def test_whatever_names_the_phone_or_the_user_id_is_rejected(out):
    taken = out.take(
        message("UserTracked", {"phone": GAVIN}),
        message("TagsAdded", {"userId": "gavin-7731", "tags": ["vip"]}),
        message("EventTracked", {"phone": ASHA, "userId": "gavin-7731", "event": "Ordered"}),
        message("UserTracked", {"phone": ASHA}),
    )
    assert reasons(taken) == ["kept_out", "kept_out", "kept_out", None]


def test_of_a_rejected_message_nothing_is_kept(out):
    (entry,) = out.take(message("UserTracked", {"phone": GAVIN, "traits": {"name": "Gavin"}}, id="gavin"))
    assert (entry.value, entry.key, entry.message_id) == (None, None, None)
    assert GAVIN not in (entry.detail or "")


def test_of_a_rejected_row_its_place_is_kept_alone(out):
    (entry,) = out.take(row_message(7, "u", {"phone": GAVIN, "line": 9}, is_last=True))
    assert entry.reason == "kept_out"
    assert orjson.loads(entry.value) == {"data": {"row": 7, "line": 9, "rowend": True}}


def test_the_same_message_again_is_nothing(out):
    again = message("UserTracked", {"phone": GAVIN}, id="same")
    assert reasons(out.take(again)) == ["kept_out"]
    assert out.take(again) == []


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_the_same_message_again_is_nothing_also_once_the_person_is_let_in(out, is_one_batch):
    again = message("TagsAdded", {"userId": "gavin-7731", "tags": ["vip"]}, id="same")
    anew = message("TagsAdded", {"userId": "gavin-7731", "tags": ["vip"]}, id="another")
    assert reasons(out.take(again)) == ["kept_out"]
    later = [readmission_message("phone", GAVIN), again, anew, again]
    taken = out.take(*later) if is_one_batch else [entry for one in later for entry in out.take(one)]
    assert [(entry.type, entry.reason, entry.message_id) for entry in taken[1:]] == [("TagsAdded", None, "another")]


def test_what_comes_the_first_time_after_a_readmission_is_taken(out):
    out.take(message("UserTracked", {"phone": GAVIN}, id="same"), readmission_message("phone", GAVIN))
    taken = out.take(message("UserTracked", {"phone": GAVIN, "traits": {"name": "Gavin"}}, id="same"))
    assert reasons(taken) == [None]


def test_an_erasure_counts_for_what_comes_in_the_same_batch(intake):
    (gavin,) = intake.take(message("UserTracked", {"phone": GAVIN}))
    taken = intake.take(erasure_message(gavin, keep_out=True), message("UserTracked", {"phone": GAVIN}))
    assert reasons(taken) == [None, "kept_out"]


def test_without_keep_out_a_later_fact_makes_a_new_contact(intake):
    (gavin,) = intake.take(message("UserTracked", {"phone": GAVIN}))
    assert reasons(intake.take(erasure_message(gavin), message("UserTracked", {"phone": GAVIN}))) == [None, None]


def test_a_readmission_lets_in_by_all_that_the_erasure_named(out):
    taken = out.take(
        readmission_message("user_id", "gavin-7731"),
        message("UserTracked", {"phone": GAVIN}),
        message("UserTracked", {"userId": "gavin-7731"}),
    )
    assert reasons(taken) == [None, None, None]


def test_nobody_is_let_in_who_is_not_kept_out(out):
    assert reasons(out.take(readmission_message("phone", ASHA))) == ["wrong_state"]
    assert reasons(out.take(message("UserTracked", {"phone": GAVIN}))) == ["kept_out"]


def test_a_readmission_that_this_deployment_did_not_sign_is_refused(out):
    name = Signer(b"another").of_kept_out("phone", GAVIN).hex()
    assert reasons(out.take(message("PersonReadmitted", {"person": name}))) == ["reserved"]


def test_the_log_holds_hashes_that_another_secret_does_not_know(out):
    with closing(SqliteLogReader(out.path)) as log:
        assert log.keeps_anybody_out()
        kept = log.kept_out(Signer(SECRET), [GAVIN, ASHA], ["gavin-7731", "x"])
        assert (kept.phones, kept.user_ids) == ({GAVIN}, {"gavin-7731"})
        assert not log.kept_out(Signer(b"another"), [GAVIN], ["gavin-7731"]).has(GAVIN, "gavin-7731")
    assert GAVIN[1:].encode() not in out.path.read_bytes()


@pytest.mark.parametrize("change", ["DELETE FROM kept_out", "INSERT INTO kept_out VALUES (x'00', 1)"])
def test_a_table_that_says_something_else_than_the_orders_is_found(out, tmp_path, change):
    def faults(scratch):
        with closing(SqliteLogReader(out.path)) as log, log.identities_anew(tmp_path / scratch) as anew:
            return [fault.fault for fault in anew.faults(None) if "kept_out" in fault.fault]

    assert faults("before") == []
    with closing(connect(out.path)) as log:
        log.execute(change)
    assert faults("after") == ["kept_out: it is not whom the erasure says it keeps out"]


def test_a_readmission_is_taken_into_account_when_the_table_is_proved(out, tmp_path):
    out.take(readmission_message("phone", GAVIN))
    with closing(SqliteLogReader(out.path)) as log, log.identities_anew(tmp_path / "s") as anew:
        assert not log.keeps_anybody_out()
        assert [fault for fault in anew.faults(None) if "kept_out" in fault.fault] == []
