"""Erasing a contact: what a log's driver must do (R31)."""

import pytest

from ledger.log.erasure import Emptied, Sought, Span
from tests.contracts.logs import SIGNER, entry
from tests.examples import ASHA, EMMA, GAVIN

VALUE = b'{"data": {"phone": "%s"}}' % GAVIN.encode()


@pytest.fixture
def two(by_hand):
    """Gavin with two entries and Asha with one; a rejected message that names him, and one that names nobody."""
    gavin = by_hand.create(GAVIN, "u1", message_id="m1", value=VALUE, key=b"k")
    by_hand.about(gavin, GAVIN)
    by_hand.create(ASHA, message_id="m3")
    by_hand.append(
        entry(reason="invalid", raw_digest=b"1", message_id="m4", value=VALUE, detail="the sentence"),
        entry(reason="invalid", raw_digest=b"2", message_id="m5"),
    )
    return by_hand


def test_entries_about_the_contact_and_messages_that_name_it_are_emptied(two):
    erasure = two.erase(1)
    assert [two.reader.entry(position).is_erased for position in range(1, 7)] == [True, True, False, True, False, False]
    one = two.reader.entry(1)
    assert (one.source, one.message_id, one.key, one.value, one.phone, one.user_id) == (None,) * 6
    assert two.reader.entry(4).detail is None
    assert (one.contact, one.type, one.contact_id) == (1, "UserTracked", (1).to_bytes(16, "big"))
    (told,) = two.reader.erasures(9)
    assert (told.position, told.emptied) == (erasure, Emptied([1], [4], 3, 2))
    assert two.reader.emptied_together([erasure]) == Emptied([1], [4], 0, 0)


def test_a_message_that_was_emptied_is_known_by_the_keyed_hash_of_its_name(two):
    names = {id: SIGNER.of_erased(entry().source, id) for id in ("m1", "m3", "m4", "nobody's")}
    assert two.reader.erased_messages(names.values()) == {}
    two.erase(1)
    assert two.reader.erased_messages(names.values()) == {names["m1"]: 1, names["m4"]: 4}


def test_what_several_erasures_emptied_is_told_as_one(by_hand):
    by_hand.create(GAVIN)
    by_hand.create(user_id="u1")
    by_hand.merge(GAVIN, "u1")
    by_hand.create(ASHA)
    by_hand.create(EMMA)
    first, second, third = (by_hand.erase(contact) for contact in (1, 4, 5))
    told = by_hand.reader.emptied_together
    assert told([first, third]) == Emptied([1, 2, 5], [], 0, 0)
    assert told([second]) == Emptied([4], [], 0, 0)
    assert told([]) == Emptied([], [], 0, 0)


def test_nothing_finds_the_contact_any_more(two):
    two.erase(1)
    assert two.reader.holder_of_phone(GAVIN) is None
    assert two.reader.last_holder_of_user_id("u1") is None
    assert two.reader.is_gone(1)
    assert two.reader.holder_of_phone(ASHA).contact == 3


def test_the_positions_of_what_was_emptied_are_told_with_those_of_whoever_is_kept_out(two):
    two.append(entry(reason="kept_out", raw_digest=b"3"), entry(reason="invalid", raw_digest=b"4"))
    two.erase(1)
    assert two.reader.emptied_positions(two.reader.erasures(9)[0].emptied) == [1, 2, 4, 6]


def test_it_is_told_which_contacts_were_erased_and_where(two):
    erasure = two.erase(1)
    assert two.reader.erased_among([1, 3]) == {1: erasure}
    assert [two.reader.next_erasure(after) for after in (0, erasure - 1, erasure)] == [erasure, erasure, None]
    assert two.reader.erasures(erasure - 1) == two.reader.erasures_of_several(erasure) == []


def test_whom_to_look_for_elsewhere_is_known_until_it_is_forgotten(two):
    erasure = two.erase(1)
    assert two.reader.unfinished_erasures() == {erasure: Sought([GAVIN], ["u1"], 5, 1_000)}
    assert two.place.stored().forget_sought(erasure)
    assert two.reader.unfinished_erasures() == {}


def test_it_is_not_called_forgotten_while_somebody_reads_the_log_as_it_was(two):
    erasure = two.erase(1)
    with two.place.stored().reading() as another:
        another.freeze()
        assert not two.place.stored().forget_sought(erasure)
    assert two.place.stored().forget_sought(erasure)


def test_nobody_is_looked_for_by_what_another_contact_has_by_then(by_hand):
    """As after an undo: a later fact has given the phone to somebody new."""
    by_hand.create(GAVIN, "u1", source="/imports/i1", message_id="i1.1", row=1, row_end=1)
    by_hand.append(entry(source="/imports/i1", type="ImportSplit", message_id="i1.split"))
    by_hand.order("ImportUndone", "/imports/i1")
    by_hand.create(GAVIN)
    erasure = by_hand.erase(1)
    found = by_hand.reader.unfinished_erasures()[erasure]
    assert (found.phones, found.user_ids, found.is_shared) == ([], ["u1"], True)


@pytest.fixture
def given_up(by_hand):
    """Gavin gives his number up at position 3, and another has it from 5 on; 2, 4 and 6 are rejected, and name it."""

    def rejected():
        digest = b"%d" % by_hand.log.offsets("b").get(0, 0)
        by_hand.append(entry(reason="invalid", raw_digest=digest, value=VALUE))

    by_hand.create(GAVIN)
    rejected()
    by_hand.change_number(1, ASHA, makes=True, gives_up=1)
    rejected()
    by_hand.create(GAVIN)
    rejected()
    return by_hand


@pytest.mark.parametrize(
    ("contact", "emptied", "phones", "spans"),
    [(1, [2], [ASHA], [Span(GAVIN, until=900)]), (5, [4, 6], [], [Span(GAVIN, since=900)])],
)
def test_a_number_that_was_given_up_is_looked_for_in_the_person_s_own_time(given_up, contact, emptied, phones, spans):
    erasure = given_up.erase(contact)
    assert [position for position in (2, 4, 6) if given_up.reader.entry(position).is_erased] == emptied
    found = given_up.reader.unfinished_erasures()[erasure]
    assert (found.phones, found.spans, found.is_shared) == (phones, spans, True)


def test_a_number_that_was_given_up_and_is_nobody_s_is_still_looked_for_everywhere(given_up):
    given_up.erase(5)
    erasure = given_up.erase(1)
    found = given_up.reader.unfinished_erasures()[erasure]
    assert (sorted(found.phones), found.spans) == (sorted([ASHA, GAVIN]), [])
    assert given_up.reader.entry(2).is_erased


def test_names_of_what_was_emptied_are_never_free_again(two):
    two.erase(1)
    expected = two.log.offsets("b")
    with two.log.appending("b", expected, {0: expected[0] + 1}) as batch:
        taken = batch.taken({"s": ["m1", "m3", "m4", "m9"]})
        assert {id: one.value for (_, id), one in taken.items()} == {"m1": None, "m3": b"{}", "m4": None}
        assert batch.erased_at(1) == 6
        assert batch.erased_at(3) is None


def test_whoever_was_merged_with_it_is_erased_with_it(by_hand):
    by_hand.create(GAVIN)
    by_hand.create(user_id="u1")
    by_hand.merge(GAVIN, "u1")
    by_hand.erase(1)
    assert by_hand.reader.erasures(9)[0].emptied.contacts == [1, 2]
    assert by_hand.reader.erasures_of_several(9) == by_hand.reader.erasures(9)
    assert all(by_hand.reader.entry(position).is_erased for position in (1, 2, 3))


@pytest.fixture
def undone(by_hand):
    """An import said a phone and a user id, and is undone; the phone is another contact's by now, the fourth."""
    by_hand.create(GAVIN, "u1", source="/imports/i1", message_id="i1.1", row=1, row_end=1)
    by_hand.append(entry(source="/imports/i1", type="ImportSplit", message_id="i1.split"))
    by_hand.order("ImportUndone", "/imports/i1")
    by_hand.create(GAVIN)
    return by_hand


def test_what_an_undone_import_said_of_the_person_is_erased_with_it(undone):
    assert (undone.reader.undone_with([4]), undone.reader.undone_with([1])) == ({1}, set())
    erasure = undone.erase(4)
    assert undone.reader.erasures(erasure)[0].emptied == Emptied([1, 4], [], 2, 1)
    assert undone.reader.erased_among([1]) == {1: erasure}
    assert undone.reader.unfinished_erasures()[erasure].user_ids == ["u1"]


def test_what_it_said_stays_as_long_as_somebody_else_has_another_name_of_it(undone):
    undone.create(user_id="u1")
    first = undone.erase(4)
    assert undone.reader.erasures(first)[0].emptied.contacts == [4]
    second = undone.erase(5)
    assert undone.reader.erasures(second, first)[0].emptied.contacts == [1, 5]


def test_what_it_said_stays_where_whoever_has_the_name_is_not_erased(undone):
    undone.create(ASHA)
    erasure = undone.erase(5)
    assert undone.reader.erasures(erasure)[0].emptied.contacts == [5]


def test_the_rows_that_an_erasure_emptied_say_their_import_and_number(by_hand):
    by_hand.create(GAVIN, source="/imports/i1", message_id="i1.1", row=7, row_end=1)
    by_hand.append(entry(source="/imports/i1", type="ImportSplit", message_id="i1.split"))
    by_hand.erase(1)
    (told,) = by_hand.reader.erasures(9)
    (row,) = by_hand.reader.emptied_rows(told.emptied)
    assert (row[0], row[14], row[15]) == (1, 7, 1)
    assert by_hand.reader.source_name(row[9]) == "/imports/i1"


def test_a_foreign_source_that_has_no_message_left_is_forgotten(two):
    two.create(user_id="u7", source="https://gavin.example", message_id="own")
    two.erase(6)
    assert two.reader.source_number("https://gavin.example") is None
    assert two.reader.source_number("s") is not None


def test_a_batch_knows_whether_anybody_was_let_in_again(two):
    def has_readmitted():
        with two.log.appending("b", offsets := two.log.offsets("b"), offsets) as batch:
            return batch.has_readmitted()

    two.append(entry(type="PersonReadmitted", reason="wrong_state", raw_digest=b"3", message_id="m6"))
    assert not has_readmitted()
    two.append(entry(type="PersonReadmitted", message_id="m7", detail='{"erasures":[]}'))
    assert has_readmitted()
