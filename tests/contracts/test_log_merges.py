"""What every log knows of contacts that were merged and split by hand (R33)."""

import pytest

from ledger.events.identity import Known
from ledger.log.merge_orders import ContactOfId
from tests.examples import PHONES
from tests.intake import identity_faults

ONE, OTHER = PHONES[:2]


@pytest.fixture
def two(by_hand):
    """Contacts 1 and 2, each with a phone and a user id."""
    by_hand.create(ONE, "u1")
    by_hand.create(OTHER, "u2")
    return by_hand


@pytest.fixture
def merged(two):
    """1 is merged into 2, by entry 3."""
    two.by_hand("ContactsMerged", 2, 1)
    return two


@pytest.fixture
def apart(merged):
    """And split from it again, by entry 4."""
    merged.by_hand("ContactsSplit", 2, 1)
    return merged


def test_the_names_of_a_contact_that_was_merged_in_find_the_survivor_which_keeps_its_own(merged):
    survivor, reader = Known(2, OTHER, "u2"), merged.reader
    assert [reader.holder_of_phone(phone) for phone in (ONE, OTHER)] == [survivor] * 2
    assert reader.holder_of_user_id("u1") == survivor
    assert reader.aliases(2) == ([ONE], ["u1"])
    assert (reader.component(1), reader.survivors([1, 2]), reader.merged_into(2)) == ((2, 1), {1: 2, 2: 2}, [1])
    assert [row[0] for row in reader.identities(0, 9)] == [2]
    assert identity_faults(reader) == []


def test_a_batch_finds_the_survivor_by_the_name_that_gave_way_and_sees_what_it_takes_since(two):
    two.create(None, "u3")
    two.by_hand("ContactsMerged", 3, 2)
    with two.log.appending("b", {0: 4}, {0: 5}) as batch:
        identities = batch.load_identities([OTHER], ["u2", "u9"])
        holder = identities.by_phone(OTHER)
        assert holder == identities.by_user_id("u2") == Known(3, OTHER, "u3")
        assert identities.by_user_id("u9") is None
        assert batch.has_merge_orders()
        assert batch.aliases(3) == ([], ["u2"])


def newest_merges(by_hand, *contacts):
    with by_hand.log.appending("b", offsets := by_hand.log.offsets("b"), offsets) as batch:
        return [batch.newest_merge(contact) for contact in contacts]


def test_who_was_merged_in_since_a_position_is_told_as_they_were_merged_then(two):
    two.create(None, "u3")
    two.create(None, "u4")
    two.by_hand("ContactsMerged", 3, 2)  # entry 5
    two.by_hand("ContactsMerged", 1, 3)
    reader = two.reader
    assert reader.merged_in_since([1, 4], 4) == {1: {2, 3}}
    assert reader.merged_in_since([1, 4], 5) == {1: {3}}
    assert reader.merged_in_since([1, 4], 6) == {}
    assert newest_merges(two, 1, 2, 3, 4) == [6, 6, 6, 0]


def test_a_merge_that_was_taken_apart_is_none(apart):
    assert apart.reader.merged_in_since([1, 2], 2) == {}
    assert newest_merges(apart, 1, 2) == [0, 0]


def test_a_number_that_was_nobody_s_is_nobody_until_somebody_is_merged_with_it(two):
    two.change_number(1, PHONES[2], makes=True)  # entry 3 makes contact 3
    assert two.reader.merged_in_since([1], 2) == {}
    assert newest_merges(two, 1) == [0]
    two.by_hand("ContactsSplit", 1, 3)
    two.by_hand("ContactsMerged", 1, 3)
    assert two.reader.merged_in_since([1], 2) == {1: {3}}
    assert newest_merges(two, 1) == [5]


def test_after_a_split_each_has_its_own_again(apart):
    reader = apart.reader
    assert reader.holder_of_phone(ONE) == Known(1, ONE, "u1")
    assert reader.holder_of_user_id("u2") == Known(2, OTHER, "u2")
    assert (reader.aliases(2), reader.merged_into(2), reader.survivors([1])) == (([], []), [], {1: 1})
    assert identity_faults(reader) == []


def test_who_was_ever_merged_stays_one_component_each_standing_first_in_its_own(apart):
    assert (apart.reader.component(1), apart.reader.component(2)) == ((1, 2), (2, 1))
    assert set(apart.reader.components([1]).values()) == set(apart.reader.components([2]).values())


def test_two_that_were_split_are_apart_whatever_they_are_merged_into(apart):
    assert apart.reader.are_apart(1, 2)
    apart.create(PHONES[2])
    assert not apart.reader.are_apart(1, 5)
    apart.by_hand("ContactsMerged", 5, 2)
    assert apart.reader.are_apart(5, 1)
    assert apart.reader.are_apart(1, 5)


def test_who_had_a_name_is_known_of_every_position(apart):
    assert [apart.reader.held(ONE, None, at) for at in (0, 1, 2, 3, 4)] == [[], [1], [1], [2], [1]]


def test_a_batch_knows_where_a_contact_stands_by_its_id(merged):
    with merged.log.appending("b", {0: 3}, {0: 3}) as batch:
        ids = [f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2, 9)]
        assert [batch.standing(id) for id in ids] == [ContactOfId(1, 2, False), ContactOfId(2, 2, False), None]
        assert batch.standing("no id") is None


def test_orders_are_told_newest_first_and_counted_and_a_split_stops_a_page(apart):
    reader = apart.reader
    assert [entry.type for entry in reader.orders(9)] == ["ContactsSplit", "ContactsMerged"]
    assert [entry.position for entry in reader.orders(9, before=4)] == [3]
    assert reader.count_orders() == {"ContactsMerged": 1, "ContactsSplit": 1}
    assert [reader.next_revision(after) for after in (0, 3, 4)] == [4, 4, None]


def test_a_split_is_the_newest_event_of_both(apart):
    with apart.log.appending("b", {0: 4}, {0: 4}) as batch:
        assert [batch.newest(contact) for contact in (1, 2)] == [4, 4]


def test_a_changed_number_is_the_contacts_own_and_the_one_before_finds_it_still(two):
    two.change_number(1, PHONES[2], makes=True)
    renumbered, reader = Known(1, PHONES[2], "u1"), two.reader
    assert reader.holder_of_phone(ONE) == reader.holder_of_phone(PHONES[2]) == renumbered
    assert (reader.aliases(1), reader.merged_into(1), reader.component(3)) == (([ONE], []), [3], (1, 3))
    assert reader.ids([3]) == {3: (3).to_bytes(16, "big")}
    assert identity_faults(reader) == []


def test_a_changed_number_takes_in_whoever_had_it_and_a_split_gives_it_back(two):
    two.change_number(1, OTHER, 2)
    assert two.reader.holder_of_user_id("u2") == Known(1, OTHER, "u1")
    two.by_hand("ContactsSplit", 1, 2)
    assert two.reader.holder_of_phone(OTHER) == Known(2, OTHER, "u2")
    assert two.reader.holder_of_phone(ONE) == Known(1, ONE, "u1")
    assert two.reader.released_phones([ONE]) == {}
    assert identity_faults(two.reader) == []


def test_a_batch_finds_the_renumbered_contact_by_both_numbers(two):
    two.change_number(1, PHONES[2], makes=True)
    with two.log.appending("b", {0: 3}, {0: 4}) as batch:
        identities = batch.load_identities([ONE, PHONES[2]], [])
        assert identities.by_phone(ONE) == identities.by_phone(PHONES[2]) == Known(1, PHONES[2], "u1")
        assert batch.has_merge_orders()
        assert batch.standing("00000000-0000-0000-0000-000000000003") == ContactOfId(3, 1, False)


def test_a_changed_number_is_among_the_orders_and_stops_no_page(two):
    two.change_number(1, OTHER, 2)
    assert [entry.type for entry in two.reader.orders(9)] == ["NumberChanged"]
    assert two.reader.count_orders() == {"NumberChanged": 1}
    assert two.reader.next_revision(0) is None
    assert two.reader.with_aliases() == {1}


def test_a_number_that_is_given_up_is_nobodys_until_a_split_takes_that_back(two):
    two.change_number(1, PHONES[2], makes=True, gives_up=1)
    assert two.reader.holder_of_phone(ONE) is None
    assert two.reader.last_holder_of_phone(ONE) == Known(1, PHONES[2], "u1")
    assert two.reader.released_phones([ONE, PHONES[2], OTHER]) == {ONE: 1}
    assert two.reader.held(ONE, None, 2) == [1]
    assert not two.reader.would_share(1, 3)
    two.by_hand("ContactsSplit", 1, 3)
    assert two.reader.holder_of_phone(ONE) == Known(1, ONE, "u1")
    assert identity_faults(two.reader) == []


def test_a_split_that_would_give_two_contacts_one_phone_is_known_before(two):
    two.change_number(1, PHONES[2], makes=True, gives_up=1)
    two.create(ONE)
    assert two.reader.would_share(1, 3)
    with two.log.appending("b", {0: 4}, {0: 4}) as batch:
        assert batch.would_share(1, 3)
    two.by_hand("ContactsMerged", 1, 4)
    assert not two.reader.would_share(1, 3)
    assert two.reader.would_share(1, 4) is False


def test_a_batch_knows_the_newest_entry_that_names_a_contacts_own_phone(two):
    two.about(1, ONE)
    with two.log.appending("b", {0: 3}, {0: 3}) as batch:
        assert (batch.naming_phone(1), batch.naming_phone(2)) == (3, 2)
    two.create(None, "u9")
    with two.log.appending("b", {0: 4}, {0: 4}) as batch:
        assert batch.naming_phone(4) is None
