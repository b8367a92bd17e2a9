"""What every log knows of people: who is found by what, within a batch and after it (R7), and after an undo (R32)."""

import pytest

from ledger.events.data import Command
from ledger.events.identity import Known
from ledger.log.stretches import ALWAYS, GivingUp, Stretch
from tests.examples import PHONES
from tests.intake import identity_faults

PHONE = PHONES[0]
IMPORT = "/imports/i1"


def test_a_contact_made_in_a_batch_is_found_by_the_next_message_of_it(by_hand, new_entry):
    with by_hand.log.appending("b", {}, {0: 1}) as batch:
        identities = batch.load_identities([PHONE], ["u1"])
        assert identities.by_phone(PHONE) is None
        identities.create(1, PHONE, None)
        batch.add(new_entry(contact=1, contact_id=bytes(16), phone=int(PHONE)))
        assert identities.by_phone(PHONE) == Known(1, PHONE, None)
        identities.attach(identities.by_phone(PHONE), 2, PHONE, "u1")
        batch.add(new_entry())
        assert identities.by_user_id("u1") == Known(1, PHONE, "u1")
    assert by_hand.reader.holder_of_user_id("u1") == Known(1, PHONE, "u1")


def test_a_contact_is_loaded_with_both_of_its_identities(by_hand):
    by_hand.create(PHONE, "u1")
    with by_hand.log.appending("b", {0: 1}, {0: 2}) as batch:
        identities = batch.load_identities([], ["u1"])
        assert identities.by_phone(PHONE) == Known(1, PHONE, "u1")


def test_two_contacts_made_and_merged_in_one_batch_are_stored_as_one(by_hand, new_entry):
    with by_hand.log.appending("b", {}, {0: 3}) as batch:
        identities = batch.load_identities([PHONE], ["u1"])
        identities.create(1, PHONE, None)
        batch.add(new_entry(contact=1, contact_id=b"1" * 16, phone=int(PHONE)))
        identities.create(2, None, "u1")
        batch.add(new_entry(contact=2, contact_id=b"2" * 16, user_id="u1"))
        identities.merge(identities.by_phone(PHONE), identities.by_user_id("u1"), 3)
        batch.add(new_entry(contact=1, absorbed=2))
    assert by_hand.reader.component(2) == (1, 2)
    assert by_hand.reader.holder_of_user_id("u1") == Known(1, PHONE, "u1")
    assert by_hand.reader.identities(0, 9) == [(1, b"1" * 16, int(PHONE), "u1")]
    assert identity_faults(by_hand.reader) == []


def test_user_ids_may_hold_quotes_and_any_script(by_hand):
    for user_id in ("o'neill", 'say "hi"', "गेविन", "\\", "null", "123"):
        contact = by_hand.create(None, user_id)
        assert by_hand.reader.holder_of_user_id(user_id).contact == contact


def test_a_user_id_of_digits_is_not_a_phone(by_hand):
    by_hand.create(None, PHONE.removeprefix("+"))
    assert by_hand.reader.holder_of_phone(PHONE) is None


def test_a_phone_and_a_user_id_find_their_contact(by_hand):
    by_hand.create(PHONES[0], "u0")
    by_hand.create(None, "u1")
    assert by_hand.reader.holder_of_phone(PHONES[0]).contact == 1
    assert by_hand.reader.holder_of_user_id("u1").contact == 2
    assert by_hand.reader.holder_of_phone(PHONES[1]) is None
    assert by_hand.reader.holder_of_user_id("u9") is None


def test_a_contact_is_found_by_its_public_id(by_hand):
    by_hand.create(PHONES[0])
    assert by_hand.reader.contact_of_id("00000000-0000-0000-0000-000000000001") == 1
    assert by_hand.reader.contact_of_id("00000000-0000-0000-0000-000000000002") is None
    assert by_hand.reader.contact_of_id("no id") is None


def test_a_merged_contacts_phone_and_user_id_find_the_survivor(by_hand):
    """R7."""
    by_hand.create(None, "u0")
    by_hand.create(PHONES[0])
    by_hand.merge(PHONES[0], "u0")
    for known in (by_hand.reader.holder_of_phone(PHONES[0]), by_hand.reader.holder_of_user_id("u0")):
        assert (known.contact, known.phone, known.user_id) == (1, PHONES[0], "u0")


def test_a_component_is_all_that_were_ever_merged_the_survivor_first(by_hand):
    by_hand.create(PHONES[0])
    by_hand.create(None, "u0")
    by_hand.create(PHONES[1])
    by_hand.merge(PHONES[0], "u0")
    for contact in (1, 2):
        assert by_hand.reader.component(contact) == (1, 2)
    assert by_hand.reader.component(3) == (3,)


def test_merges_are_known_as_of_a_position(by_hand):
    for number in range(2):
        by_hand.create(PHONES[number])
        by_hand.create(None, f"u{number}")
    first, second = by_hand.merge(PHONES[0], "u0"), by_hand.merge(PHONES[1], "u1")
    assert by_hand.reader.merges(first - 1) == []
    assert by_hand.reader.merges(first) == [(2, 1)]
    assert by_hand.reader.merges(second) == [(2, 1), (4, 3)]


def test_contacts_are_counted_and_marked_off_as_of_a_position(by_hand):
    for number in range(7):
        by_hand.create(None, f"u{number}")
    assert (by_hand.reader.contact_count(6), by_hand.reader.every_nth_contact(3, 6)) == (6, [3, 6])
    assert (by_hand.reader.contact_count(0), by_hand.reader.every_nth_contact(1, 0)) == (0, [])


def test_merged_away_contacts_are_no_identities_of_their_own(by_hand):
    by_hand.create(PHONES[0])
    by_hand.create(None, "u0")
    by_hand.merge(PHONES[0], "u0")
    assert [row[0] for row in by_hand.reader.identities(0, 10)] == [1]
    assert identity_faults(by_hand.reader) == []


@pytest.fixture
def imported(by_hand):
    """An import made a contact by phone and user id, and somebody else told something about the phone."""
    by_hand.create(PHONES[0], "u0", source=IMPORT, message_id="i1.000001.u", row=1, row_end=1)
    by_hand.about(1, phone=PHONES[0])
    return by_hand


def test_an_undo_releases_what_only_the_import_asserts(imported):
    imported.order("ImportUndone", IMPORT)
    assert imported.reader.holder_of_phone(PHONES[0]) == Known(1, PHONES[0], None)
    assert imported.reader.holder_of_user_id("u0") is None
    assert imported.reader.last_holder_of_user_id("u0").contact == 1
    assert [imported.reader.held(None, "u0", at) for at in (0, 1, 2, 3)] == [[], [1], [1], []]
    assert identity_faults(imported.reader) == []


def test_a_redo_claims_it_again(imported):
    imported.order("ImportUndone", IMPORT)
    imported.order("ImportRedone", IMPORT)
    assert imported.reader.holder_of_user_id("u0") == Known(1, PHONES[0], "u0")
    assert imported.reader.refused(4).user_id == []
    assert identity_faults(imported.reader) == []


def test_a_redo_leaves_out_what_somebody_else_has_by_now_and_says_so(imported):
    imported.order("ImportUndone", IMPORT)
    imported.create(None, "u0")
    position = imported.order("ImportRedone", IMPORT)
    assert imported.reader.refused(position).user_id == [1]
    assert imported.reader.holder_of_user_id("u0").contact == 4
    assert identity_faults(imported.reader) == []


def test_an_undo_and_a_redo_say_which_events_count_since_when(imported):
    undo, redo = (imported.order(type, IMPORT) for type in ("ImportUndone", "ImportRedone"))
    undoings, source = imported.reader.undoings(redo), imported.reader.source_number(IMPORT)
    assert [undoings.count(source, 1, at) for at in (undo - 1, undo, redo)] == [True, False, True]
    assert [imported.reader.next_revision(after) for after in (0, undo, redo)] == [undo, redo, None]
    assert imported.reader.touched(source, undo) == [1]


def test_an_order_is_an_event_of_the_contacts_that_it_touches(imported):
    imported.order("ImportUndone", IMPORT)
    with imported.log.appending("b", imported.log.offsets("b"), {0: 9}) as batch:
        assert batch.newest(1) == 3
        assert batch.undone([IMPORT, "/imports/i2"]) == {IMPORT}


def test_rows_of_an_import_that_are_not_decided_yet_are_counted(imported):
    with imported.log.appending("b", imported.log.offsets("b"), {0: 9}) as batch:
        assert batch.undecided_rows(IMPORT, Command(published=3)) == 2
        assert batch.undecided_rows(IMPORT, Command()) is None


def test_a_contact_that_nothing_finds_any_more_is_gone(by_hand):
    by_hand.create(PHONES[0], source=IMPORT, message_id="i1.000001.u")
    assert not by_hand.reader.is_gone(1)
    by_hand.order("ImportUndone", IMPORT)
    assert by_hand.reader.is_gone(1)


def test_who_had_a_phone_and_a_user_id_is_known_at_every_position(by_hand):
    by_hand.create(None, "u0")
    by_hand.create(PHONES[0])
    by_hand.merge(PHONES[0], "u0")
    assert [by_hand.reader.held(PHONES[0], None, at) for at in (1, 2, 3, 9)] == [[], [2], [1], [1]]
    assert [by_hand.reader.held(None, "u0", at) for at in (0, 1, 3)] == [[], [1], [1]]


def test_two_contacts_that_the_entries_give_one_phone_or_one_user_id_are_named(by_hand):
    by_hand.create(PHONE, "u1")
    by_hand.create(PHONE, "u2")
    by_hand.create(PHONES[1], "u2")
    assert identity_faults(by_hand.reader) == [
        "contacts: the phone of contact 1 does not find it",
        "contacts: the user id of contact 2 does not find it",
    ]


def test_a_phone_that_was_given_up_is_each_holder_s_in_a_time_of_their_own(by_hand):
    old = by_hand.create(PHONES[0])
    given_up = GivingUp(by_hand.change_number(old, PHONES[1], makes=True, gives_up=1), 900, was_theirs=True)
    new, first, second = by_hand.create(PHONES[0]), PHONES[0], PHONES[1]
    assert by_hand.reader.phone_times([first, second], [old, given_up.position]) == {
        first: [Stretch(None, given_up)], second: [ALWAYS],
    }  # fmt: skip
    assert by_hand.reader.phone_times([first, second], [new]) == {
        first: [Stretch(given_up._replace(was_theirs=False), None)]
    }


def test_nothing_that_came_since_is_of_whoever_gave_a_phone_up_where_nobody_has_it(by_hand):
    """Nobody yet, or nobody any more, as after an undo."""
    old = by_hand.create(PHONES[0])
    order = by_hand.change_number(old, PHONES[1], makes=True, gives_up=1)
    given_up = GivingUp(order, 900, was_theirs=True)
    expected = {PHONES[0]: [Stretch(None, given_up)]}
    assert by_hand.reader.phone_times([PHONES[0]], [old, order]) == expected
    new = by_hand.create(PHONES[0], source=IMPORT, message_id="i1.000001.u")
    by_hand.order("ImportUndone", IMPORT)
    assert by_hand.reader.phone_times([PHONES[0]], [old, order]) == expected
    times = by_hand.reader.phone_times([PHONES[0]], [new])
    assert times == {PHONES[0]: [Stretch(given_up._replace(was_theirs=False), None)]}


def test_a_phone_that_nobody_gave_up_is_its_holder_s_always(by_hand):
    """Also where an undo gave it to somebody new."""
    first = by_hand.create(PHONES[0], source=IMPORT, message_id="i1.000001.u")
    by_hand.order("ImportUndone", IMPORT)
    assert by_hand.reader.phone_times([PHONES[0]], [first]) == {PHONES[0]: [ALWAYS]}
    second = by_hand.create(PHONES[0])
    assert by_hand.reader.phone_times([PHONES[0]], [second]) == {PHONES[0]: [ALWAYS]}
    assert by_hand.reader.phone_times([PHONES[0]], [first]) == {}


def test_a_phone_of_which_nobody_knows_any_holder_is_not_another_s(by_hand):
    assert by_hand.reader.phone_times([PHONES[0]], [1]) == {PHONES[0]: [ALWAYS]}


def test_a_phone_that_two_had_and_nobody_has_any_more_is_of_whoever_had_it_last(by_hand):
    first = by_hand.create(PHONES[0], source=IMPORT, message_id="i1.000001.u")
    by_hand.order("ImportUndone", IMPORT)
    second = by_hand.create(PHONES[0], source="/imports/i2", message_id="i2.000001.u")
    by_hand.order("ImportUndone", "/imports/i2")
    assert by_hand.reader.phone_times([PHONES[0]], [second]) == {PHONES[0]: [ALWAYS]}
    assert by_hand.reader.phone_times([PHONES[0]], [first]) == {}
