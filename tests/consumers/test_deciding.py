"""What the append decides and freezes in the entry: time, contact, merge, skip (R4, R7, R18)."""

from contextlib import closing

import pytest

from ledger.events import moments
from ledger.log.sqlite.reading.reader import SqliteLogReader
from service.wiring.drivers import now
from tests.examples import ASHA, GAVIN
from tests.intake import NOON, SECOND, Intake, message, reasons, row_message, started_message, tracked


def test_a_message_is_stated_for_the_time_it_names(intake):
    """R4."""
    (entry,) = intake.take(message("UserTracked", {"phone": GAVIN}, time="2020-01-01T00:00:00+01:00"))
    assert moments.text(entry.stated) == "2019-12-31T23:00:00Z"


def test_a_message_stated_for_later_than_the_bus_took_it_is_stated_for_then(intake):
    """R4."""
    (entry,) = intake.take(message("UserTracked", {"phone": GAVIN}, time=moments.text(NOON + SECOND)), time=NOON)
    assert entry.stated == NOON


def test_a_message_without_a_time_is_stated_for_when_the_bus_took_it(intake):
    """R4."""
    (entry,) = intake.take(tracked(phone=GAVIN), time=NOON)
    assert (entry.stated, entry.bus_time) == (NOON, NOON)


def test_the_entry_that_makes_a_contact_names_it_by_its_own_position(intake):
    first, second = intake.take(tracked(phone=GAVIN), tracked(phone=GAVIN))
    assert (first.contact, second.contact) == (1, 1)
    assert first.contact_id is not None
    assert second.contact_id is None


def test_the_normal_form_of_a_phone_is_frozen_in_the_entry(intake):
    """R14: replay never asks what is valid."""
    (entry,) = intake.take(tracked(phone=GAVIN.removeprefix("+")))
    assert entry.phone == GAVIN


def test_user_ids_given_as_numbers_are_their_digits(intake):
    """R6."""
    (entry,) = intake.take(tracked(userId=17))
    assert entry.user_id == "17"


def test_two_contacts_that_complete_each_other_are_merged_by_the_entry_itself(intake):
    """R7."""
    entries = intake.take(tracked(userId="u1"), tracked(phone=GAVIN), tracked(phone=GAVIN, userId="u1"))
    assert (entries[2].contact, entries[2].absorbed) == (1, 2)
    assert len(entries) == 3


def test_the_older_contact_survives_a_merge_whichever_identity_it_has(intake):
    """R7."""
    entries = intake.take(tracked(phone=GAVIN), tracked(userId="u1"), tracked(phone=GAVIN, userId="u1"))
    assert (entries[2].contact, entries[2].absorbed) == (1, 2)


def test_contacts_of_earlier_batches_are_merged_too(intake):
    intake.take(tracked(phone=GAVIN))
    intake.take(tracked(userId="u1"))
    (entry,) = intake.take(tracked(phone=GAVIN, userId="u1"))
    assert (entry.contact, entry.absorbed) == (1, 2)
    (after,) = intake.take(tracked(userId="u1"))
    assert after.contact == 1


def test_where_the_setting_says_never_a_merge_is_a_conflict(tmp_path):
    """R7, CONTACTS_MERGE."""
    with closing(Intake(tmp_path / "log.db", may_merge=False)) as intake:
        entries = intake.take(tracked(userId="u1"), tracked(phone=GAVIN), tracked(phone=GAVIN, userId="u1"))
        assert reasons(entries) == [None, None, "identity_conflict"]
        assert [entry.contact for entry in intake.take(tracked(userId="u1"), tracked(phone=GAVIN))] == [1, 2]


def test_a_conflict_attaches_nothing(intake):
    """R7: a conflict changes nothing."""
    entries = intake.take(
        tracked(phone=GAVIN, userId="u1"), tracked(phone=GAVIN, userId="u2"), tracked(phone=ASHA, userId="u2")
    )
    assert reasons(entries) == [None, "identity_conflict", None]


def test_a_match_by_phone_takes_a_free_user_id(intake):
    """R7, R17."""
    entries = intake.take(tracked(phone=GAVIN), tracked(phone=GAVIN, userId="u1", match="phone"), tracked(userId="u1"))
    assert [entry.contact for entry in entries] == [1, 1, 1]


@pytest.mark.parametrize("before", [{"userId": "u1"}, {"phone": ASHA, "userId": "u1"}])
def test_a_match_by_phone_is_rejected_for_the_user_id_of_another_contact(intake, before):
    """R7, R17."""
    entries = intake.take(tracked(**before), tracked(phone=GAVIN, userId="u1", match="phone"))
    assert reasons(entries) == [None, "identity_conflict"]


def test_a_match_by_phone_never_merges(intake):
    """R7."""
    entries = intake.take(tracked(userId="u1"), tracked(phone=GAVIN), tracked(phone=GAVIN, userId="u1", match="phone"))
    assert reasons(entries) == [None, None, "identity_conflict"]


def row(number, mode, *, tags=True, phone=GAVIN):
    """A row's messages."""
    data = {"phone": phone, "mode": mode}
    first = row_message(number, "u", data | {"traits": {"city": "Pune"}}, is_last=not tags)
    return [first, row_message(number, "t", data | {"tags": ["vip"]}, is_last=True)] if tags else [first]


@pytest.mark.parametrize("split", [False, True], ids=["one batch", "two batches"])
def test_create_skips_both_messages_of_a_row_whose_contact_was_known(intake, split):
    """R18."""
    intake.take(tracked(phone=GAVIN))
    first, second = row(1, "create")
    entries = intake.take(first) + intake.take(second) if split else intake.take(first, second)
    assert [(entry.skipped, entry.contact) for entry in entries] == [(True, 1), (True, 1)]


@pytest.mark.parametrize("split", [False, True], ids=["one batch", "two batches"])
def test_create_takes_both_messages_of_a_row_whose_contact_the_first_one_made(intake, split):
    """R18: known before the row's first message is what counts."""
    first, second = row(1, "create")
    entries = intake.take(first) + intake.take(second) if split else intake.take(first, second)
    assert [(entry.skipped, entry.contact) for entry in entries] == [(False, 1), (False, 1)]


@pytest.mark.parametrize("split", [False, True], ids=["one batch", "two batches"])
def test_update_skips_both_messages_of_a_row_whose_contact_nobody_knew(intake, split):
    """R18: a skipped row makes no contact, not even for what comes between its two messages."""
    first, second = row(1, "update")
    if split:
        entries = intake.take(first)
        intake.take(tracked(phone=GAVIN))
        entries += intake.take(second)
    else:
        entries = intake.take(first, second)
    assert [entry.skipped for entry in entries] == [True, True]
    assert entries[0].contact is None


def test_update_takes_a_row_whose_contact_is_known(intake):
    """R18."""
    intake.take(tracked(phone=GAVIN))
    assert [entry.skipped for entry in intake.take(*row(1, "update"))] == [False, False]


def test_upsert_skips_nothing(intake):
    """R18."""
    entries = intake.take(tracked(phone=GAVIN), *row(1, "upsert"), *row(2, "upsert", phone=ASHA, tags=False))
    assert not any(entry.skipped for entry in entries)


def test_a_skipped_row_attaches_no_user_id(intake):
    """R18: it folds to nothing, and binds nothing."""
    intake.take(tracked(phone=GAVIN))
    intake.take(row_message(1, "u", {"phone": GAVIN, "userId": "u1", "mode": "create"}, is_last=True))
    (entry,) = intake.take(tracked(phone=ASHA, userId="u1"))
    assert entry.is_accepted


def test_a_conflict_beats_a_skip(intake):
    """R22: rejected is the first that applies."""
    intake.take(tracked(phone=GAVIN, userId="u1"))
    (entry,) = intake.take(row_message(1, "u", {"phone": GAVIN, "userId": "u2", "mode": "create"}, is_last=True))
    assert entry.reason == "identity_conflict"


def test_recorded_time_is_one_for_a_batch_and_never_goes_back(intake):
    """Decision 8."""
    intake.take(tracked(phone=GAVIN), tracked(phone=ASHA))
    intake.now -= SECOND
    intake.take(tracked(phone=GAVIN))
    with closing(SqliteLogReader(intake.path)) as log:
        assert len({entry.recorded for entry in log.read(0, 9)}) == 1


def test_import_messages_about_no_contact_are_accepted_without_one(intake):
    (entry,) = intake.take(started_message())
    assert entry.is_accepted
    assert entry.contact is None


def test_a_contacts_id_tells_when_it_was_made(world):
    """Decision 7: a UUIDv7."""
    for phone in (GAVIN, ASHA):
        before = now() // 1000
        world.track(phone=phone)
        world.settle()
        made = int(world.contact(phone)["id"].replace("-", "")[:12], 16)
        assert before <= made <= now() // 1000


def either(row, part="u", *, is_last=True, **data):
    return row_message(row, part, {"match": "either", **data}, is_last=is_last)


def test_a_row_matched_by_either_gives_the_contact_of_its_user_id_the_phone_it_lacks(intake):
    """R17."""
    _, row, call = intake.take(tracked(userId="u1"), either(1, phone=GAVIN, userId="u1"), tracked(phone=GAVIN))
    assert (row.contact, row.reason, call.contact) == (1, None, 1)


def test_a_row_matched_by_either_never_merges(intake):
    """R17."""
    entries = intake.take(tracked(phone=GAVIN), tracked(userId="u1"), either(1, phone=GAVIN, userId="u1"))
    assert reasons(entries) == [None, None, "identity_conflict"]


def test_a_row_matched_by_either_is_of_a_known_contact_when_the_user_id_is_known(intake):
    """R17, R18."""
    intake.take(tracked(userId="u1"))
    new = either(1, phone=GAVIN, userId="u1", mode="create")
    known = either(2, phone=ASHA, userId="u1", mode="update")
    (skipped,) = intake.take(new)
    (taken,) = intake.take(known)
    assert (skipped.skipped, skipped.contact, taken.skipped, taken.contact) == (True, 1, False, 1)


def test_anybody_may_forbid_a_merge(intake):
    """R17."""
    together = tracked(phone=GAVIN, userId="u1", match="either")
    assert reasons(intake.take(tracked(phone=GAVIN), tracked(userId="u1"), together))[-1] == "identity_conflict"
