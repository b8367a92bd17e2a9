"""The spool: what is set aside by group comes back by group, and leaves nothing behind."""

from contextlib import closing

import pytest

from projections.projector.spool import Spool


@pytest.fixture
def spool(tmp_path):
    with closing(Spool(tmp_path, tuple[int, str | None, bytes])) as made:
        yield made


def test_items_come_back_by_group_in_the_order_they_were_put(spool):
    spool.put(7, [(1, "a", b""), (2, None, b"\xff")])
    spool.put(3, [(3, "b", b"x")])
    spool.put(7, [(4, "c", b"y" * 100_000)])
    assert list(spool.take(7)) == [[(1, "a", b""), (2, None, b"\xff")], [(4, "c", b"y" * 100_000)]]
    assert list(spool.take(3)) == [[(3, "b", b"x")]]


def test_a_group_that_nothing_was_put_in_is_empty(spool):
    assert list(spool.take(1)) == []


def test_what_is_set_aside_has_no_name_that_could_outlive_the_process(spool, tmp_path):
    spool.put(1, [(1, "a", b"personal")])
    assert list(tmp_path.iterdir()) == []
