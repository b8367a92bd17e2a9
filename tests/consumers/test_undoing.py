"""What the append decides of undos and redos of imports, and of identities while one is undone (R32)."""

from contextlib import closing

import pytest

from ledger.log.log import EventLog
from ledger.log.reader import LogReader
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import Intake, message, order_message, row_message


def row(number, phone, part="u", **data):
    return row_message(number, part, {"phone": phone, **data}, is_last=True)


def undo(id="o1"):
    return order_message("ImportUndone", id)


def redo(id="o2"):
    return order_message("ImportRedone", id)


def tracked(**data):
    return message("UserTracked", data)


@pytest.fixture
def intake(tmp_path):
    with closing(Intake(tmp_path / "log.db")) as made:
        yield made


@pytest.fixture
def log(intake):
    with closing(LogReader(intake.path)) as reader:
        yield reader


def reasons(entries):
    return [entry.reason for entry in entries]


def test_an_undo_of_an_import_that_the_log_does_not_know_is_rejected(intake):
    (entry,) = intake.take(undo())
    assert (entry.reason, entry.detail) == ("wrong_state", "the log has no message of this import")


def test_an_import_is_undone_once_and_redone_once(intake):
    entries = intake.take(row(1, GAVIN), redo("a"), undo("b"), undo("c"), redo("d"), redo("e"), undo("f"))
    wrong = "wrong_state"
    assert reasons(entries) == [None, wrong, None, wrong, None, wrong, None]


def test_an_undo_that_comes_twice_is_taken_once(intake):
    entries = intake.take(row(1, GAVIN), undo(), undo())
    assert reasons(entries) == [None, None]


def test_an_order_without_a_signature_is_reserved(intake):
    entries = intake.take(row(1, GAVIN), message("ImportUndone", {}, source="/imports/i1"))
    assert reasons(entries) == [None, "reserved"]


def test_a_row_of_an_undone_import_is_rejected_until_it_is_redone(intake):
    entries = intake.take(row(1, GAVIN), undo(), row(2, ASHA), redo(), row(3, RAVI))
    assert reasons(entries) == [None, None, "import_undone", None, None]


def test_other_imports_go_on_while_one_is_undone(intake):
    other = row_message(1, "u", {"phone": ASHA}, source="/imports/i2", is_last=True)
    assert reasons(intake.take(row(1, GAVIN), undo(), other)) == [None, None, None]


@pytest.mark.parametrize("batch", [1, 2, 10])
def test_a_released_phone_makes_a_new_contact_in_batches_of_any_size(intake, log, batch):
    messages = [row(1, GAVIN, userId="u1"), undo(), tracked(phone=GAVIN), tracked(userId="u1")]
    for start in range(0, len(messages), batch):
        intake.take(*messages[start : start + batch])
    assert [entry.contact for entry in log.read(0, 9)] == [1, None, 3, 4]
    assert (log.holder_of_phone(GAVIN).contact, log.holder_of_user_id("u1").contact) == (3, 4)
    assert log.dangling_identities() == []


def test_a_released_phone_finds_nobody_and_remembers_who_had_it_last(intake, log):
    intake.take(row(1, GAVIN, userId="u1"), undo())
    assert (log.holder_of_phone(GAVIN), log.holder_of_user_id("u1")) == (None, None)
    assert log.holders_of_phones([GAVIN]) == {}
    assert (log.last_holder_of_phone(GAVIN).contact, log.last_holder_of_user_id("u1").contact) == (1, 1)
    assert (log.is_gone(1), log.identities(0, 9)) == (True, [])


def test_what_another_message_asserts_too_is_kept(intake, log):
    intake.take(tracked(phone=GAVIN), row(1, GAVIN, userId="u1"), undo())
    assert log.holder_of_phone(GAVIN).user_id is None
    assert log.holder_of_user_id("u1") is None


def test_a_skipped_message_asserts_nothing(intake, log):
    skipped = row_message(1, "u", {"phone": GAVIN, "mode": "create"}, source="/imports/i2", is_last=True)
    intake.take(row(1, GAVIN), skipped, undo())
    assert log.is_gone(1)


def test_a_redo_binds_what_is_free_and_names_the_events_that_it_leaves_undone(intake, log):
    intake.take(row(1, GAVIN, userId="u1"), row(2, ASHA), row(2, ASHA, "t", tags=["vip"]), row(3, RAVI, userId="u3"))
    intake.take(undo(), tracked(phone=ASHA), tracked(userId="u3"), redo())
    refused = log.refused(8)
    assert (refused.phone, refused.user_id) == ([2, 3], [4])
    assert (log.holder_of_phone(GAVIN).contact, log.holder_of_user_id("u1").contact) == (1, 1)
    assert [log.holder_of_phone(ASHA).contact, log.holder_of_user_id("u3").contact] == [6, 7]
    assert log.is_gone(4)


def test_a_contact_that_has_got_another_user_id_meanwhile_does_not_take_its_old_one_back(intake, log):
    intake.take(tracked(phone=GAVIN), row(1, GAVIN, userId="u1"), undo(), tracked(phone=GAVIN, userId="u2"), redo())
    assert log.refused(5).user_id == [2]
    assert log.holder_of_phone(GAVIN).user_id == "u2"


def test_a_redo_finds_its_contact_where_it_was_merged_to_meanwhile(intake, log):
    intake.take(tracked(userId="u1"), row(1, GAVIN), tracked(phone=GAVIN, userId="u1"), undo(), redo())
    assert (log.refused(5).phone, log.refused(5).user_id) == ([], [])
    assert log.holder_of_phone(GAVIN).contact == 1


def test_an_undo_whose_batch_was_rolled_back_has_changed_nothing(intake, log, monkeypatch):
    intake.take(row(1, GAVIN))
    with monkeypatch.context() as broken:
        broken.setattr("consumers.deciding.BatchDecision._reject", _fail)
        with pytest.raises(OSError, match="broken"):
            intake.take(undo(), b"unreadable")
    assert log.holder_of_phone(GAVIN).contact == 1
    assert reasons(intake.take(undo())) == [None]


def _fail(*_):
    raise OSError("broken")


def test_the_chain_is_whole_when_a_batch_was_written_in_parts(intake, log):
    intake.take(row(1, GAVIN), undo("a"), tracked(phone=GAVIN), redo("b"), tracked(phone=ASHA))
    with closing(EventLog(intake.path)) as reopened:
        assert reopened.head().position == 5
    hashes = [log.head_at(position).hash for position in range(6)]
    assert len(set(hashes)) == 6


def test_an_undo_is_news_about_its_contacts_and_no_others(intake):
    """What was based on an older view of a contact must not pass it by."""
    intake.take(row(1, GAVIN), tracked(phone=GAVIN), tracked(phone=ASHA), undo())
    with intake.log.appending("other", {}, {0: 1}) as batch:
        assert (batch.newest(1), batch.newest(3)) == (4, 3)
