"""What an erased entry still answers: that its message was taken, and of which import and row it was (R31)."""

from contextlib import closing

import pytest

from ledger.events.signing import Signer
from ledger.log.sqlite.reading.reader import SqliteLogReader
from ledger.sqlite import connect
from service.queries.ledger.rejected import rejections
from tests.examples import ASHA, GAVIN
from tests.intake import SECRET, SHOP, message, order_message, row_message, split_message

EMPTY = (
    "source = NULL, message_id = NULL, key = NULL, headers = NULL, value = NULL, phone = NULL, user_id = NULL,"
    " detail = NULL, salt = NULL"
)


def erase(intake, position, source, message_id):
    """As an erasure leaves an entry, its name and what it was found by."""
    name = Signer(SECRET).of_erased(source, message_id)
    with closing(connect(intake.path)) as log:
        log.execute(f"UPDATE entries SET {EMPTY} WHERE position = ?", (position,))
        log.execute("INSERT INTO erased_names VALUES (?, ?)", (name, position))
        log.execute("DELETE FROM phones WHERE contact = ?", (position,))
        log.execute("UPDATE contacts SET phone = NULL WHERE contact = ?", (position,))


def kept(intake):
    """(position, import, row, whether it ends the row) of the entries, as the fold is given them."""
    with closing(SqliteLogReader(intake.path)) as log:
        return [(row[0], row[9], *row[14:16]) for row in log.fold_page(0, 100)]


@pytest.fixture
def told():
    return message("UserTracked", {"phone": GAVIN}, id="e1")


def test_a_message_that_was_erased_is_nothing_when_it_comes_again(intake, told):
    intake.take(told)
    erase(intake, 1, SHOP, "e1")
    assert intake.take(told) == []


def test_whatever_bytes_come_under_its_name(intake, told):
    intake.take(told)
    erase(intake, 1, SHOP, "e1")
    assert intake.take(message("UserTracked", {"phone": ASHA}, id="e1")) == []


def test_a_later_fact_with_the_same_phone_makes_a_new_contact(intake, told):
    intake.take(told)
    erase(intake, 1, SHOP, "e1")
    (entry,) = intake.take(message("UserTracked", {"phone": GAVIN}, id="e2"))
    assert (entry.contact, entry.reason) == (2, None)


def test_a_message_that_was_erased_is_known_by_no_other_secret():
    assert Signer(b"another").of_erased(SHOP, "e1") != Signer(SECRET).of_erased(SHOP, "e1")


def test_a_row_says_its_import_and_its_number_after_it_was_erased(intake):
    intake.take(
        row_message(7, "u", {"phone": GAVIN}, is_last=False),
        row_message(7, "t", {"phone": GAVIN, "tags": ["vip"]}, is_last=True),
        message("UserTracked", {"phone": ASHA, "row": 3, "rowend": True}),
    )
    before = kept(intake)
    erase(intake, 1, "/imports/i1", "i1.000007.u")
    erase(intake, 2, "/imports/i1", "i1.000007.t")
    assert kept(intake) == before
    assert [row[0:1] + row[2:] for row in before] == [(1, 7, 0), (2, 7, 1), (3, None, 0)]
    assert before[0][1] == before[1][1] is not None
    assert before[2][1] is None


def test_a_rejected_row_says_its_import_and_its_number_too(intake):
    intake.take(message("UserTracked", {"userId": "u1"}), message("UserTracked", {"userId": "u2", "phone": GAVIN}))
    (entry,) = intake.take(row_message(4, "u", {"phone": GAVIN, "userId": "u1"}, is_last=True))
    assert entry.reason == "identity_conflict"
    assert kept(intake)[2][2:] == (4, 1)


def test_the_fold_is_given_the_same_source_of_a_row_after_it_was_erased(intake):
    intake.take(row_message(7, "u", {"phone": GAVIN}, is_last=True))
    with closing(SqliteLogReader(intake.path)) as log:
        before = log.fold_page(0, 1)[0][16]
    erase(intake, 1, "/imports/i1", "i1.000007.u")
    with closing(SqliteLogReader(intake.path)) as log:
        assert log.fold_page(0, 1)[0][16] == before is not None


def test_an_import_some_of_whose_rows_were_erased_can_be_undone(intake):
    """The undo waits for every row that is on the bus, and these were decided."""
    intake.take(
        row_message(1, "u", {"phone": GAVIN}, is_last=True),
        row_message(2, "u", {"phone": ASHA}, is_last=True),
        split_message(2),
    )
    erase(intake, 1, "/imports/i1", "i1.000001.u")
    (undone,) = intake.take(order_message("ImportUndone", "o1"))
    assert undone.reason is None


def test_a_rejected_message_that_was_erased_waits_for_nobody(intake):
    intake.take(message("UserTracked", {"phone": "12"}, id="e1"), message("UserTracked", {"phone": "13"}, id="e2"))
    erase(intake, 1, SHOP, "e1")
    with closing(SqliteLogReader(intake.path)) as log:
        assert [one.position for one in log.rejected(9, is_open=True)] == log.open_rejections(9) == [2]
        assert log.rejected_by_reason(is_open=True) == {"phone_invalid": 1}
        assert [one["state"] for one in rejections(log, log.rejected(9))] == ["open", "erased"]
