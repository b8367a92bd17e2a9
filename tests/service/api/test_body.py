"""A body is read whole or refused; over the limit its sender sees the answer, and cannot keep us reading."""

import pytest

from service.http.admission.body import LARGEST, BrokenOff, LengthMissing, TooLong, read_bytes


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


def call(stream, length, **headers):
    return {"wsgi.input": stream, "CONTENT_LENGTH": str(length), **headers}


def test_a_body_is_its_announced_bytes():
    assert read_bytes(call(Stream(10), 10)) == b"x" * 10
    assert read_bytes({"wsgi.input": Stream(0)}) == b""


def test_one_that_ends_before_is_no_body():
    with pytest.raises(BrokenOff, match="after 9 of 10 bytes"):
        read_bytes(call(Stream(9), 10))


def test_one_in_chunks_is_not_begun():
    stream = Stream(10)
    with pytest.raises(LengthMissing):
        read_bytes(call(stream, 10, HTTP_TRANSFER_ENCODING="chunked"))
    assert stream.given == 0


@pytest.mark.parametrize("length", [LARGEST + 1, 10 * LARGEST])
def test_one_that_is_too_long_is_read_to_its_end_so_that_its_sender_sees_the_answer(length):
    stream = Stream(length)
    with pytest.raises(TooLong):
        read_bytes(call(stream, length))
    assert stream.given == length


def test_an_endless_one_is_given_up():
    stream = Stream(10**12)
    with pytest.raises(TooLong):
        read_bytes(call(stream, 10**12))
    assert stream.given < 20 * LARGEST


def test_who_asks_before_sending_one_that_is_too_long_is_told_at_once():
    stream = Stream(LARGEST + 1)
    with pytest.raises(TooLong):
        read_bytes(call(stream, LARGEST + 1, HTTP_EXPECT="100-continue"))
    assert stream.given == 0
