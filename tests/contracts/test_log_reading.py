"""What every log gives its readers: entries, heads, moments and messages as they were, in order (R29)."""

from contextlib import closing

import pytest
from msgspec.structs import replace

from ledger.log.entry import pack_headers
from tests.examples import PHONES


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


def test_a_message_is_found_by_source_and_id_as_it_was_accepted_else_as_rejected_last(by_hand, new_entry):
    rejected = new_entry(message_id="m1", reason="invalid", raw_digest=b"r")
    by_hand.append(rejected, rejected)
    assert by_hand.reader.by_message_id("m1", "s").position == 2
    by_hand.append(new_entry(message_id="m1"), rejected)
    assert by_hand.reader.by_message_id("m1", "s").position == 3
    assert by_hand.reader.by_message_id("m1", "another") is None


@pytest.fixture
def refused(by_hand, new_entry):
    """A log that rejected three of five messages, at positions 1, 3 and 5."""
    refused = new_entry(reason="invalid", raw_digest=b"r")
    of_another = replace(refused, reason="unreadable", source="t", raw_digest=b"q")
    by_hand.append(refused, new_entry(), of_another, new_entry(), replace(refused, raw_digest=b"p"))
    return by_hand.reader


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        ({}, [5, 3, 1]),
        ({"before": 5}, [3, 1]),
        ({"before": 1}, []),
        ({"reason": "invalid"}, [5, 1]),
        ({"reason": "invalid", "before": 5}, [1]),
        ({"source": "t"}, [3]),
        ({"source": "t", "reason": "invalid"}, []),
        ({"source": "nobody"}, []),
        ({"source": "s", "reason": "invalid", "before": 2}, [1]),
    ],
)
def test_rejected_messages_come_newest_first_and_by_reason_and_source(refused, asked, positions):
    assert [entry.position for entry in refused.rejected(9, **asked)] == positions
    assert [entry.position for entry in refused.rejected(1, **asked)] == positions[:1]


def test_rejected_messages_are_counted_by_reason(refused):
    assert refused.rejected_by_reason() == {"invalid": 2, "unreadable": 1}
    assert refused.rejected_by_reason("t") == {"unreadable": 1}
    assert refused.rejected_by_reason("nobody") == {}
    assert refused.count_rejected("invalid", 1, 5) == 1


def test_entries_are_read_by_their_positions(by_hand, new_entry):
    by_hand.append(*[new_entry(value=value) for value in (b"a", b"b", b"c")])
    found = by_hand.reader.entries_at([3, 1, 9])
    assert {position: entry.value for position, entry in found.items()} == {1: b"a", 3: b"c"}


def test_the_entries_about_contacts_are_counted_up_to_a_bound(by_hand, new_entry):
    by_hand.append(*[new_entry(contact=contact) for contact in (1, 2, 1, 1, 3)])
    assert by_hand.reader.counts_about([1, 2, 9], 2) == {1: 2, 2: 1, 9: 0}


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


def test_a_message_that_was_accepted_is_known_by_its_name(by_hand, new_entry):
    by_hand.append(
        new_entry(message_id="m1", value=b"v"), new_entry(message_id="m2", reason="invalid", raw_digest=b"r")
    )
    with by_hand.log.appending("b", {0: 2}, {0: 3}) as batch:
        found = batch.taken({"s": ["m1", "m2", "m3"], "another": ["m1"]})
        assert {name: (taken.position, taken.value) for name, taken in found.items()} == {("s", "m1"): (1, b"v")}
        assert batch.rejected_names({"s": ["m1", "m2"]}) == {("s", "m2")}
        assert (batch.has_rejected(b"r"), batch.has_rejected(b"q")) == (True, False)


def test_the_fold_is_given_an_imports_rows_with_its_number(by_hand, new_entry):
    of_import = new_entry(source="/imports/i1", message_id="i1.000007.u", contact=1, row=7, row_end=1)
    by_hand.append(of_import, new_entry(message_id="m1", contact=1))
    first, second = by_hand.reader.fold_page(0, 9)
    assert first[9] == by_hand.reader.source_number("/imports/i1")
    assert (first[14:16], second[9], second[14:16]) == ((7, 1), None, (None, 0))
    assert [first[16], second[16]] == [by_hand.reader.source_number(name) for name in ("/imports/i1", "s")]
    assert by_hand.reader.fold_rows_about([1], 1) == [first]


def test_a_copy_is_the_log_as_a_frozen_reader_sees_it(by_hand, new_entry, tmp_path):
    by_hand.append(*[new_entry(message_id=f"m{number}") for number in range(3)])
    by_hand.reader.freeze()
    by_hand.append(new_entry(message_id="later"))
    told = []
    by_hand.reader.copy_to(tmp_path / "copy", lambda done, total: told.append((done, total)))
    with closing(type(by_hand.place.stored())(tmp_path / "copy").open()) as copy:
        assert copy.read(0, 9) == by_hand.reader.read(0, 9)
        assert [entry.message_id for entry in copy.read(0, 9)] == ["m0", "m1", "m2"]
        assert copy.damage() == copy.altered() == []
    assert told[-1][0] == told[-1][1] > 0


def test_a_copy_never_takes_the_place_of_a_file(by_hand, tmp_path):
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(FileExistsError):
        by_hand.reader.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"
