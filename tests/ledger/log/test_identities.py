"""Identities within a batch: what an earlier message bound, a later one of the same batch finds (R7)."""

from ledger.events.identity import Known

PHONE = "+919967536783"


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
    assert by_hand.reader.dangling_identities() == []


def test_user_ids_may_hold_quotes_and_any_script(by_hand):
    for user_id in ("o'neill", 'say "hi"', "गेविन", "\\", "null", "123"):
        contact = by_hand.create(None, user_id)
        assert by_hand.reader.holder_of_user_id(user_id).contact == contact


def test_a_user_id_of_digits_is_not_a_phone(by_hand):
    by_hand.create(None, PHONE.removeprefix("+"))
    assert by_hand.reader.holder_of_phone(PHONE) is None
