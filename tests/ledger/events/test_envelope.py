"""CloudEvents 1.0 in both of Kafka's modes; the bytes of `data` stay as they were sent."""

import base64
import contextlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.envelope import DEEPEST, Envelope, Unreadable, check_depth, decode

EVENT = {"specversion": "1.0", "id": "e1", "source": "https://shop.example", "type": "UserTracked"}
BINARY = (("ce_specversion", b"1.0"), ("ce_id", b"e1"), ("ce_source", b"https://shop.example"), ("ce_type", b"X"))


def structured(**members):
    return orjson.dumps(EVENT | members)


def test_a_structured_message_is_read_without_any_header():
    envelope = decode((), structured(time="2026-11-22T10:00:00Z", data={"phone": "x"}))
    assert (envelope.id, envelope.source, envelope.type) == ("e1", "https://shop.example", "UserTracked")
    assert envelope.time == "2026-11-22T10:00:00Z"
    assert bytes(envelope.data) == b'{"phone":"x"}'


@pytest.mark.parametrize(
    "content_type", [b"application/cloudevents+json", b"application/cloudevents+json; charset=UTF-8", b""]
)
def test_a_structured_message_may_say_so(content_type):
    assert decode((("content-type", content_type),), structured()).id == "e1"


def test_header_names_count_in_any_letter_case():
    assert decode((("Content-Type", b"application/cloudevents+json"),), structured()).id == "e1"
    assert decode(tuple((name.upper(), content) for name, content in BINARY), b"{}").id == "e1"


def test_data_keeps_the_very_bytes_that_were_sent():
    """A signature covers bytes, not meaning."""
    sent = b'{ "b": 1.0,  "a" : "\\u0041" }'
    assert bytes(decode((), structured()[:-1] + b',"data":' + sent + b"}").data) == sent


def test_absent_data_is_no_bytes():
    assert bytes(decode((), structured()).data) == b""


def test_members_nobody_here_knows_are_no_fault():
    envelope = decode((), structured(subject="s", traceparent="00-0", comexample={"any": ["thing"]}))
    assert envelope.id == "e1"


def test_data_base64_is_decoded():
    encoded = base64.b64encode(b'{"phone":"x"}').decode()
    assert bytes(decode((), structured(data_base64=encoded)).data) == b'{"phone":"x"}'


def test_data_and_data_base64_at_once_are_unreadable():
    with pytest.raises(Unreadable, match="both"):
        decode((), structured(data={}, data_base64="e30="))


def test_binary_mode_has_the_attributes_in_headers_and_the_data_as_value():
    headers = (*BINARY, ("ce_time", b"2026-11-22T10:00:00Z"), ("content-type", b"application/json"))
    envelope = decode(headers, b'{"a":1}')
    assert envelope == Envelope(
        specversion="1.0",
        id="e1",
        source="https://shop.example",
        type="X",
        time="2026-11-22T10:00:00Z",
        data=envelope.data,
    )
    assert bytes(envelope.data) == b'{"a":1}'


def test_binary_mode_carries_the_signature_too():
    assert decode((*BINARY, ("ce_ledgersig", b"ab")), b"{}").ledgersig == "ab"


@pytest.mark.parametrize("missing", ["ce_id", "ce_source", "ce_type"])
def test_binary_mode_without_a_required_attribute_is_unreadable(missing):
    with pytest.raises(Unreadable):
        decode(tuple(header for header in BINARY if header[0] != missing), b"{}")


def test_binary_mode_with_an_attribute_that_is_not_utf8_is_unreadable():
    with pytest.raises(Unreadable):
        decode((*BINARY[:1], ("ce_id", b"\xff"), *BINARY[2:]), b"{}")


@pytest.mark.parametrize("member", ["specversion", "id", "source", "type"])
@pytest.mark.parametrize("value", [None, "", 7, [], "x" * 513])
def test_a_required_attribute_that_is_missing_or_no_short_text_is_unreadable(member, value):
    with pytest.raises(Unreadable):
        decode((), structured(**{member: value}))


@pytest.mark.parametrize(
    "value",
    [None, b"", b"{", b"null", b"[]", b'"text"', b"\xff", b'{"id":"\\ud800"}', b"[" * 500_000, b'{"a":' * 100_000],
)
def test_bytes_that_are_no_event_are_unreadable(value):
    with pytest.raises(Unreadable):
        decode((), value)


def test_another_version_of_cloudevents_is_unreadable():
    with pytest.raises(Unreadable, match=r"'0\.3', not '1\.0'"):
        decode((), structured(specversion="0.3"))


def test_another_content_type_is_unreadable():
    with pytest.raises(Unreadable, match="text/plain"):
        decode((("content-type", b"text/plain"),), structured())


def test_base64_that_is_none_is_unreadable():
    with pytest.raises(Unreadable):
        decode((), structured(data_base64="a?"))


def nested(levels):
    """A message of so many levels, itself the first."""
    return structured()[:-1] + b',"data":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_a_message_may_nest_as_deep_as_the_limit():
    check_depth(nested(DEEPEST))
    assert decode((), nested(DEEPEST)).id == "e1"


def test_a_message_nested_deeper_is_unreadable_for_its_readers_have_less_stack_than_we():
    with pytest.raises(Unreadable, match="deeper"):
        check_depth(nested(DEEPEST + 1))


def test_brackets_inside_text_are_not_nesting():
    check_depth(structured(data={"name": '[[{"\\' * 100}))


def test_many_small_lists_side_by_side_are_not_nesting():
    check_depth(structured(data=[[] for _ in range(1000)]))


def test_a_message_nested_beyond_any_stack_is_unreadable_and_not_a_crash():
    with pytest.raises(Unreadable):
        decode((), nested(100_000))


def test_data_in_base64_may_not_nest_deeper_either():
    encoded = base64.b64encode(b"[" * 100 + b"]" * 100).decode()
    with pytest.raises(Unreadable, match="deeper"):
        decode((), structured(data_base64=encoded))


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=12)), max_size=4))
def test_any_bytes_are_either_an_event_or_unreadable(value, headers):
    with contextlib.suppress(Unreadable):
        decode(tuple(headers), value)


@given(st.recursive(st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4), st.lists, max_leaves=6))
def test_any_json_as_an_attribute_is_either_an_event_or_unreadable(value):
    with contextlib.suppress(Unreadable):
        decode((), structured(id=value, time=value, data_base64=value))
