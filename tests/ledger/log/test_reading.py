"""Reading the log: in order, by contact, by message, by moment."""

import pytest
from msgspec.structs import replace

from ledger import sqlite
from ledger.log.entry import pack_headers
from ledger.log.sqlite.reader import LogReader, is_there
from ledger.storage import StorageFault

PHONES = [f"+9199675367{number:02}" for number in range(20)]


def test_a_log_that_was_never_made_cannot_be_read(tmp_path):
    assert not is_there(tmp_path / "log.db")
    with pytest.raises(StorageFault):
        LogReader(tmp_path / "log.db")


def test_a_file_without_tables_is_no_log_yet(tmp_path):
    sqlite.connect(tmp_path / "log.db").close()
    assert not is_there(tmp_path / "log.db")


def test_a_log_is_there_once_it_was_made(by_hand):
    assert is_there(by_hand.path)


def test_an_entry_is_read_as_it_was_given(by_hand, new_entry):
    headers = (("ce_id", b"\xff"), ("x", b""))
    given = new_entry(
        message_id="m1", key=b"k", headers=pack_headers(headers), value=b"v", phone=919967536783, user_id="u", skipped=1
    )
    by_hand.append(given)
    entry = by_hand.reader.entry(1)
    assert (entry.message_id, entry.key, entry.headers, entry.value) == ("m1", b"k", headers, b"v")
    assert (entry.phone, entry.user_id, entry.skipped, entry.source) == ("+919967536783", "u", True, "s")
    assert (entry.recorded, entry.stated, entry.bus_time) == (1_000, 800, 900)
    assert entry.is_accepted
    assert not entry.is_erased


def test_entries_are_read_page_by_page_after_a_position(by_hand, new_entry):
    by_hand.append(*[new_entry() for _ in range(5)])
    assert [entry.position for entry in by_hand.reader.read(1, 3)] == [2, 3, 4]
    assert [entry.position for entry in by_hand.reader.read(4, 3)] == [5]
    assert by_hand.reader.read(5, 3) == []


@pytest.mark.parametrize("position", [-1, 0, 3])
def test_there_is_no_entry_outside_the_log(by_hand, new_entry, position):
    by_hand.append(new_entry(), new_entry())
    assert by_hand.reader.entry(position) is None


def test_a_message_is_found_by_source_and_id_once_accepted(by_hand, new_entry):
    by_hand.append(new_entry(message_id="m1", reason="invalid", raw_digest=b"r"))
    assert by_hand.reader.by_message("s", "m1") is None
    by_hand.append(new_entry(message_id="m1"))
    assert by_hand.reader.by_message("s", "m1").position == 2
    assert by_hand.reader.by_message("another", "m1") is None


def test_rejected_messages_are_listed_and_counted_apart(by_hand, new_entry):
    refused = new_entry(reason="invalid", raw_digest=b"r")
    by_hand.append(refused, new_entry(), replace(refused, raw_digest=b"q"))
    assert [entry.position for entry in by_hand.reader.rejected(0, 9)] == [1, 3]
    assert [entry.position for entry in by_hand.reader.rejected(1, 9)] == [3]
    assert by_hand.reader.rejected_count() == 2


def test_a_contacts_entries_come_in_order_and_only_the_accepted_ones(by_hand, new_entry):
    about = new_entry(contact=1)
    by_hand.append(about, new_entry(contact=2), replace(about, reason="invalid", raw_digest=b"r"), about)
    assert [entry.position for entry in by_hand.reader.by_contact([1])] == [1, 4]
    assert [entry.position for entry in by_hand.reader.by_contact([1, 2])] == [1, 2, 4]
    assert [entry.position for entry in by_hand.reader.by_contact([1], until=3)] == [1]


def test_a_contact_with_more_entries_than_a_page_is_read_whole(by_hand, new_entry):
    by_hand.append(*[new_entry(contact=1) for _ in range(1_201)])
    assert [entry.position for entry in by_hand.reader.by_contact([1])] == list(range(1, 1_202))


@pytest.mark.parametrize(
    ("moment", "position"), [(999, 0), (1_000, 2), (1_500, 2), (2_000, 3), (2_999, 3), (3_000, 4), (10**18, 4)]
)
def test_a_moment_means_the_newest_position_recorded_by_then_inclusive(by_hand, new_entry, moment, position):
    """R29."""
    by_hand.append(new_entry(), new_entry())
    for by_hand.now in (2_000, 3_000):
        by_hand.append(new_entry())
    assert by_hand.reader.position_at(moment) == position


def test_no_moment_means_a_position_in_an_empty_log(by_hand):
    assert by_hand.reader.position_at(10**18) == 0


def test_a_head_is_known_at_every_position_of_the_log(by_hand, new_entry):
    by_hand.append(new_entry())
    first = by_hand.reader.head()
    by_hand.append(new_entry())
    assert by_hand.reader.head_at(0).hash == bytes(32)
    assert by_hand.reader.head_at(1) == first
    assert by_hand.reader.head_at(3) is None


def test_a_reader_follows_the_log_as_it_grows(by_hand, new_entry):
    before = by_hand.reader.data_version()
    by_hand.append(new_entry())
    assert by_hand.reader.head().position == 1
    assert by_hand.reader.data_version() != before


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
    for phone in PHONES[:7]:
        by_hand.create(phone)
    assert (by_hand.reader.contact_count(6), by_hand.reader.every_nth_contact(3, 6)) == (6, [3, 6])
    assert (by_hand.reader.contact_count(0), by_hand.reader.every_nth_contact(1, 0)) == (0, [])


def test_a_chain_of_merges_is_one_component(by_hand):
    """Three contacts: the third absorbed into the second, the second then into the first (as a command may)."""
    for phone in PHONES[:3]:
        by_hand.create(phone)
    with sqlite.transaction(sqlite.connect(by_hand.path)) as connection:
        connection.execute("UPDATE contacts SET absorbed_by = 2 WHERE contact = 3")
        connection.execute("UPDATE contacts SET absorbed_by = 1 WHERE contact = 2")
    for contact in (1, 2, 3):
        assert by_hand.reader.component(contact) == (1, 2, 3)


def test_merged_away_contacts_are_no_identities_of_their_own(by_hand):
    by_hand.create(PHONES[0])
    by_hand.create(None, "u0")
    by_hand.merge(PHONES[0], "u0")
    assert [row[0] for row in by_hand.reader.identities(0, 10)] == [1]
    assert by_hand.reader.dangling_identities() == []


def test_a_binding_that_its_contact_does_not_have_is_dangling(by_hand):
    by_hand.create(PHONES[0], "u0")
    with sqlite.transaction(sqlite.connect(by_hand.path)) as connection:
        connection.execute("UPDATE contacts SET user_id = NULL")
    assert by_hand.reader.dangling_identities() == [1]


@pytest.mark.parametrize("empty", [b"", b"0", b"\0"])
def test_bytes_that_look_like_nothing_are_read_as_they_were(by_hand, new_entry, empty):
    by_hand.append(new_entry(key=empty, value=empty, headers=pack_headers((("x", empty),))))
    entry = by_hand.reader.entry(1)
    assert (entry.key, entry.value, entry.headers) == (empty, empty, (("x", empty),))


@pytest.mark.parametrize("empty", ["", "0", "0.0", "null"])
def test_text_that_looks_like_nothing_is_read_as_it_was(by_hand, new_entry, empty):
    by_hand.append(new_entry(source=empty, message_id=empty, user_id=empty, detail=empty))
    entry = by_hand.reader.entry(1)
    assert (entry.source, entry.message_id, entry.user_id, entry.detail) == (empty,) * 4


def test_absent_members_are_read_as_absent(by_hand, new_entry):
    by_hand.append(new_entry(stated=None, type=None, source=None, value=None))
    entry = by_hand.reader.entry(1)
    absent = (entry.stated, entry.type, entry.source, entry.value, entry.key, entry.phone, entry.contact, entry.detail)
    assert absent == (None,) * 8


def test_a_moment_at_the_epoch_is_a_moment(by_hand, new_entry):
    by_hand.append(new_entry(stated=0, bus_time=0))
    assert (by_hand.reader.entry(1).stated, by_hand.reader.entry(1).bus_time) == (0, 0)


def test_a_user_id_of_one_zero_finds_its_contact(by_hand):
    by_hand.create(None, "0")
    assert by_hand.reader.holder_of_user_id("0").user_id == "0"


def test_a_frozen_reader_sees_the_log_as_it_was(by_hand):
    first = by_hand.create(phone=PHONES[0])
    head = by_hand.reader.freeze()
    by_hand.create(phone=PHONES[1])
    assert by_hand.reader.head() == head
    known = by_hand.reader.known(PHONES[:2], ["u1"])
    assert known.by_phone(PHONES[0]).contact == first
    assert (known.by_phone(PHONES[1]), known.by_user_id("u1")) == (None, None)
