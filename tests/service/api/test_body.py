"""A body over the limit: its sender sees the answer, and cannot keep us reading."""

import pytest

from service.api.body import LARGEST, TooLong, read_bytes


class Stream:
    """So many bytes that come in whatever portions are asked for; `given` counts those that were."""

    def __init__(self, length):
        self._left = length
        self.given = 0

    def read(self, most):
        portion = min(most, self._left)
        self._left -= portion
        self.given += portion
        return b"x" * portion


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("length", [LARGEST + 1, 10 * LARGEST])
def test_one_that_is_too_long_is_read_to_its_end_so_that_its_sender_sees_the_answer(length, is_counted):
    stream = Stream(length)
    with pytest.raises(TooLong):
        read_bytes(stream, length if is_counted else None)
    assert stream.given == length


@pytest.mark.parametrize("length", [10**12, None])
def test_an_endless_one_is_given_up(length):
    stream = Stream(10**12)
    with pytest.raises(TooLong):
        read_bytes(stream, length)
    assert stream.given < 20 * LARGEST
