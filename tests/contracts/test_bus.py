"""What every bus does, whatever it is made of (design decisions 2, 3, 5, 18)."""

import threading
import time
from contextlib import closing

import pytest

from ledger.bus.open import open_bus
from ledger.bus.port import Emptying, Message, OutOfRange, Replaced, TooLarge, Unavailable
from ledger.bus.sizes import LIMIT
from tests.contracts.reading import read, values

pytestmark = pytest.mark.timeout(120)


def numbered(start, end):
    return [Message(b"+919967536783", b"%d" % number) for number in range(start, end)]


@pytest.fixture
def publisher(place, opened):
    return opened(place.bus().publisher())


@pytest.fixture
def reader(place, opened):
    made = opened(place.bus().reader())
    made.seek({})
    return made


def test_messages_come_back_whole_and_in_the_order_they_were_published(publisher, reader):
    sent = [Message(b"k%d" % n, b"v%d" % n, (("ce_id", b"%d" % n), ("empty", b""))) for n in range(50)]
    publisher.publish(sent[:20])
    publisher.publish(sent[20:])
    records = read(reader, 50)
    assert [(r.partition, r.key, r.value, r.headers) for r in records] == [(0, m.key, m.value, m.headers) for m in sent]
    assert [r.offset - records[0].offset for r in records] == list(range(50))


def test_a_message_may_have_no_key(publisher, reader):
    publisher.publish([Message(None, b"v")])
    assert read(reader, 1)[0].key is None


def test_a_message_is_there_as_soon_as_its_publish_returns(publisher, reader):
    for number in range(20):
        publisher.publish([Message(None, b"%d" % number)])
        (_, following) = reader.ranges()[0]
        assert following == reader.ranges()[0][0] + number + 1


def test_a_big_publish_arrives_whole_and_in_order(publisher, reader):
    publisher.publish(numbered(0, 12_000), timeout=60)
    assert values(read(reader, 12_000, limit=5_000)) == [b"%d" % number for number in range(12_000)]


def test_messages_are_emptied_at_their_offsets_or_the_bus_says_that_it_cannot(place, publisher, reader):
    """R31: none beyond what was taken, and no other one."""
    publisher.publish([Message(b"asha", b"1", (("ce_id", b"1"),)), Message(b"gavin", b"2"), Message(b"gavin", b"3")])
    begin, following = reader.ranges()[0]
    if place.bus().erase(lambda one: one.key == b"gavin", b"emptied", following - 1) is Emptying.DONE:
        expected = [(b"asha", b"1", (("ce_id", b"1"),)), (None, b"emptied", ()), (b"gavin", b"3", ())]
        records = read(reader, 3)
        assert [(one.key, one.value, one.headers) for one in records] == expected
        assert [one.offset for one in records] == [begin, begin + 1, begin + 2]
    else:
        assert values(read(reader, 3)) == [b"1", b"2", b"3"]


def test_only_those_among_some_offsets_are_emptied(place, publisher, reader):
    publisher.publish([Message(b"gavin", b"%d" % number) for number in range(1_300)])
    begin, following = reader.ranges()[0]
    among = [range(begin, begin + 1), range(begin + 2, begin + 3), range(begin + 700, begin + 702)]

    def is_meant(one):
        return any(one.offset in some for some in among)

    done = place.bus().erase(is_meant, b"emptied", following, lambda _: True, among)
    emptied = [one.offset - begin for one in read(reader, 1_300) if one.value == b"emptied"]
    assert emptied == ([0, 2, 700, 701] if done is Emptying.DONE else [])


def test_messages_are_not_called_gone_while_somebody_reads_the_bus_as_it_was(place, publisher):
    publisher.publish([Message(b"gavin", b"2")])

    def erased():
        return place.bus().erase(lambda one: one.key == b"gavin", b"emptied", 100)

    with place.as_it_was():
        meanwhile = erased()
    assert (meanwhile, erased()) in [
        (Emptying.NOT_YET, Emptying.DONE),
        (Emptying.IMPOSSIBLE, Emptying.IMPOSSIBLE),
    ]


def test_publishing_nothing_is_no_message(publisher, reader):
    publisher.publish([])
    assert reader.ranges()[0][0] == reader.ranges()[0][1]


def test_the_bus_stamps_each_message_with_its_own_clock(publisher, reader):
    before = time.time()
    publisher.publish(numbered(0, 3))
    stamps = [record.time / 1_000_000 for record in read(reader, 3)]
    assert before - 1 <= stamps[0] <= stamps[1] <= stamps[2] <= time.time() + 1


def test_poll_gives_no_more_than_the_limit(publisher, reader):
    publisher.publish(numbered(0, 10))
    assert len(reader.poll(4, 5)) <= 4


def test_poll_returns_empty_when_nothing_comes_in_time(reader):
    began = time.monotonic()
    assert reader.poll(10, 0.3) == []
    assert 0.2 < time.monotonic() - began < 10


def test_a_waiting_poll_returns_as_soon_as_a_message_comes(publisher, reader):
    threading.Timer(0.3, publisher.publish, [numbered(0, 1)]).start()
    began = time.monotonic()
    records = []
    while not records:
        records = reader.poll(10, 30)
    assert values(records) == [b"0"]
    assert time.monotonic() - began < 5


def test_a_reader_may_be_closed_twice(place):
    reader = place.bus().reader()
    reader.close()
    reader.close()


def test_a_closed_publisher_says_so_instead_of_losing_messages(place):
    publisher = place.bus().publisher()
    publisher.publish(numbered(0, 1))
    publisher.close()
    with pytest.raises(Unavailable):
        publisher.publish(numbered(1, 2))


def test_what_was_published_is_there_after_the_publisher_is_closed(place, reader):
    publisher = place.bus().publisher()
    publisher.publish(numbered(0, 10))
    publisher.close()
    assert len(read(reader, 10)) == 10


def test_a_reader_sent_back_gets_the_same_records_again(publisher, reader):
    publisher.publish(numbered(0, 10))
    first = read(reader, 10)
    reader.seek({0: first[3].offset})
    assert read(reader, 7) == first[3:]


def test_a_new_reader_goes_on_where_it_is_told(place, publisher, reader, opened):
    publisher.publish(numbered(0, 10))
    records = read(reader, 10)
    reader.close()
    successor = opened(place.bus().reader())
    successor.seek({0: records[4].offset + 1})
    assert read(successor, 5) == records[5:]


def test_marking_an_offset_moves_no_reader(place, publisher, reader, opened):
    publisher.publish(numbered(0, 10))
    records = read(reader, 10)
    reader.mark({0: records[-1].offset + 1})
    reader.close()
    other = opened(place.bus().reader())
    other.seek({})
    assert read(other, 10) == records


def test_two_readers_each_get_everything(place, publisher, reader, opened):
    other = opened(place.bus().reader())
    other.seek({})
    publisher.publish(numbered(0, 10))
    assert read(reader, 10) == read(other, 10)


def test_a_partition_that_is_not_named_starts_at_its_beginning(publisher, reader):
    publisher.publish(numbered(0, 3))
    first = read(reader, 3)
    reader.seek({})
    assert read(reader, 3) == first


def test_the_ranges_name_the_first_offset_and_the_next(publisher, reader):
    publisher.publish(numbered(0, 3))
    records = read(reader, 3)
    assert reader.ranges() == {0: (records[0].offset, records[-1].offset + 1)}


def test_a_message_over_the_limit_is_refused_with_the_whole_call(publisher, reader):
    with pytest.raises(TooLarge, match="message 2"):
        publisher.publish([Message(None, b"fits"), Message(None, b"x" * (LIMIT + 1))])
    assert reader.ranges()[0][0] == reader.ranges()[0][1]


def test_a_message_just_under_the_limit_arrives(publisher, reader):
    publisher.publish([Message(b"k", b"x" * (LIMIT - 1024))])
    assert len(read(reader, 1)[0].value) == LIMIT - 1024


def test_a_position_that_retention_has_passed_is_an_error_and_no_jump(place, publisher, reader):
    publisher.publish(numbered(0, 4))
    publisher.publish(numbered(4, 10))
    first = reader.ranges()[0][0]
    place.cut_before(first + 4)
    reader.seek({0: first})
    with pytest.raises(OutOfRange) as raised:
        read(reader, 1)
    assert (raised.value.offset, raised.value.first, raised.value.following) == (first, first + 4, first + 10)
    assert "4 messages are missing" in str(raised.value)


def test_a_position_beyond_the_end_is_an_error_and_no_jump(publisher, reader):
    publisher.publish(numbered(0, 3))
    following = reader.ranges()[0][1]
    reader.seek({0: following + 5})
    with pytest.raises(OutOfRange):
        read(reader, 1)


def test_the_bus_id_stays_as_long_as_the_bus_does(place, publisher, reader, opened):
    publisher.publish(numbered(0, 1))
    assert opened(place.bus().reader()).bus_id == reader.bus_id


def test_a_running_reader_notices_that_the_bus_was_made_anew(place, publisher, reader):
    publisher.publish(numbered(0, 3))
    read(reader, 3)
    place.make_anew()
    publisher.publish(numbered(0, 10))
    with pytest.raises(Replaced):
        read(reader, 10)


def test_a_bus_made_anew_has_another_id(place, publisher, reader, opened):
    publisher.publish(numbered(0, 3))
    place.make_anew()
    assert opened(place.bus().reader()).bus_id != reader.bus_id


def test_check_returns_when_the_bus_answers(place):
    place.bus().check()


def test_a_copy_is_the_bus_of_a_moment_in_which_nothing_is_published(place, publisher, reader, tmp_path):
    """A bus that is kept elsewhere is not copied, and asks all the same."""
    publisher.publish(numbered(0, 3))
    asked, late = threading.Event(), threading.Thread(target=lambda: publisher.publish(numbered(3, 4)))

    def meanwhile():
        late.start()
        asked.set()

    with place.bus().copying(meanwhile) as copy:
        assert asked.is_set()
        if copy is not None:
            copy(tmp_path / "bus.db", lambda *_: None)
    late.join()
    assert values(read(reader, 4)) == [b"0", b"1", b"2", b"3"]
    if copy is not None:
        with closing(open_bus(f"sqlite:{tmp_path / 'bus.db'}").reader()) as copied:
            copied.seek({})
            assert values(read(copied, 3)) == [b"0", b"1", b"2"]
            assert copied.bus_id == reader.bus_id
            assert copied.ranges() == {0: (1, 4)}
