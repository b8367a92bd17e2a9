"""The chain: each hash covers the one before, every kept column, and a commitment to everything personal."""

import pytest

from ledger.log import chain

LINK = {
    "previous": bytes(32),
    "position": 1,
    "recorded": 2,
    "stated": 3,
    "bus_time": 4,
    "contact": 5,
    "absorbed": 6,
    "skipped": 0,
    "type": "UserTracked",
    "reason": None,
    "contact_id": b"i",
    "raw_digest": None,
    "kind": "import",
    "import_number": 1,
    "row": 1,
    "row_end": 0,
    "commitment": b"c" * 32,
}
OTHER = {
    "previous": b"1" * 32,
    "position": 2,
    "recorded": 1,
    "stated": None,
    "bus_time": 5,
    "contact": None,
    "absorbed": None,
    "skipped": 1,
    "type": "TagsAdded",
    "reason": "",
    "contact_id": b"",
    "raw_digest": b"",
    "kind": None,
    "import_number": None,
    "row": 0,
    "row_end": 1,
    "commitment": b"d" * 32,
}
COMMITTED = {
    "salt": b"s" * 16,
    "source": "a",
    "message_id": "b",
    "key": b"c",
    "headers": b"d",
    "value": b"e",
    "phone": 1,
    "user_id": "f",
    "detail": None,
}


@pytest.mark.parametrize("column", LINK)
def test_another_value_in_any_kept_column_gives_another_hash(column):
    assert chain.link(**LINK) != chain.link(**LINK | {column: OTHER[column]})


@pytest.mark.parametrize("column", COMMITTED)
def test_another_value_in_any_personal_column_gives_another_commitment(column):
    other = {"phone": 2, "salt": b"t" * 16}.get(column, "x" if isinstance(COMMITTED[column], str) else b"x")
    other = "" if column == "detail" else other
    assert chain.commitment(**COMMITTED) != chain.commitment(**COMMITTED | {column: other})


def test_a_letter_moved_to_the_next_column_gives_another_commitment():
    moved = COMMITTED | {"source": "ab", "message_id": ""}
    assert chain.commitment(**COMMITTED) != chain.commitment(**moved)


def test_absent_is_not_empty():
    assert chain.commitment(**COMMITTED | {"user_id": None}) != chain.commitment(**COMMITTED | {"user_id": ""})


def test_every_entry_is_linked_to_the_one_before(by_hand, new_entry):
    by_hand.append(new_entry(message_id="m1", phone=1), new_entry(message_id="m2", detail="é"))
    by_hand.append(new_entry(message_id="m3", reason="invalid", raw_digest=b"r"))
    previous = chain.GENESIS
    for row in by_hand.reader.proof_page(0, 10):
        (position, recorded, stated, bus_time, type, reason, contact, contact_id, absorbed, skipped, raw_digest,
         kind, import_number, import_row, row_end, source, message_id, key, headers, value, phone, user_id, detail,
         salt, commitment, hash, _) = row  # fmt: skip
        assert commitment == chain.commitment(salt, source, message_id, key, headers, value, phone, user_id, detail)
        assert hash == chain.link(
            previous, commitment, position, recorded, stated, bus_time, contact, absorbed, skipped,
            type, reason, contact_id, raw_digest, kind, import_number, import_row, row_end,
        )  # fmt: skip
        previous = hash
    assert by_hand.reader.head().hash == previous


def test_two_logs_of_the_same_messages_have_different_commitments(by_hand, new_entry):
    """Salted: nobody finds an erased message by trying."""
    by_hand.append(new_entry(), new_entry())
    first, second = by_hand.reader.proof_page(0, 2)
    assert first[-3] != second[-3]
