"""A body that ends before what it announced is refused whole, and no key of it is claimed (R36)."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

USERS, EVENTS, BATCH, CONTACTS = (
    "/v1/public/track/users/",
    "/v1/public/track/events/",
    "/v1/contacts/batch",
    "/v1/contacts",
)
IMPORTS = "/v1/imports"
ID = "01a20e51-0035-703f-b269-a57f0c2d62ae"
LINES = b"".join(b'{"userId":"u-%d","traits":{"a":1}}\n' % number for number in range(10))
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="c.csv"\r\n\r\n'
    b"Phone,Name\n+919967536783,Gavin\n+919820012181,Asha\n"
    b"\r\n--x--\r\n"
)


def send(client, path, content, announced, method="POST", idempotency=None):
    """A call whose connection ends behind `content`; `announced` None: it comes in chunks."""
    framing = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""} if announced is None else {}
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(announced), **framing}
    headers = {"Authorization": client.authorization, "Content-Type": "multipart/form-data; boundary=x"}
    if idempotency is not None:
        headers["Idempotency-Key"] = idempotency
    return client.open(
        path, method=method, input_stream=io.BytesIO(content), environ_overrides=environ, headers=headers
    )


def changing(description):
    """Every operation that can change something, at an address."""
    return [
        (method, path.replace("{id}", ID)) for method, path in description.operations if method not in ("GET", "HEAD")
    ]


def test_every_call_that_changes_something_refuses_a_body_that_breaks_off(client, description):
    calls = changing(description)
    assert len(calls) >= 15
    for method, path in calls:
        for came, announced in ((b"", 2), (b"{}", 3)):
            answer = send(client, path, came, announced, method)
            assert answer.status_code == 400, (method, path)
            assert answer.json["message"].startswith(f"the body broke off after {len(came)} of {announced} bytes")


def test_every_call_but_an_upload_refuses_a_body_in_chunks_whose_end_the_server_hides(client, description):
    for method, path in changing(description):
        if path != IMPORTS:
            answer = send(client, path, b"{}", None, method)
            assert answer.status_code == 411, (method, path)
            assert "Content-Length" in answer.json["message"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    call=st.sampled_from([(USERS, b'{"userId":"u-1"}'), (EVENTS, b'{"userId":"u-1","event":"e"}'), (BATCH, LINES),
                          (CONTACTS, b'{"user_id":"u-1"}')]),
    where=st.floats(0, 1, exclude_max=True),
    padding=st.integers(0, 300),
)  # fmt: skip
def test_wherever_it_breaks_off_nothing_is_published_and_its_key_stays_free(client, call, where, padding):
    path, body = call
    whole = body + b" " * padding
    before = len(client.on_bus())
    key = f"{path}-{where}-{padding}"
    assert send(client, path, whole[: int(where * len(whole))], len(whole), idempotency=key).status_code == 400
    assert len(client.on_bus()) == before
    if path != CONTACTS:  # it waits for the consumer
        again = send(client, path, whole, len(whole), idempotency=key)
        assert again.status_code in (201, 202)
        assert len(client.on_bus()) > before


def test_a_confirmation_that_breaks_off_before_its_first_byte_is_not_taken_for_none(client):
    answer = send(client, f"{IMPORTS}/{ID}/confirm", b"", len(b'{"allow_opt_in": false}'))
    assert answer.status_code == 400


@pytest.mark.parametrize("is_chunked", [True, False], ids=["in chunks", "with Content-Length"])
def test_an_upload_is_taken_only_whole_wherever_it_breaks_off(client, is_chunked):
    end = len(FORM.rstrip())  # the closing boundary is the proof; the line end behind it says nothing more
    for cut in range(len(FORM)):
        answer = send(client, IMPORTS, FORM[:cut], None if is_chunked else len(FORM))
        is_whole = is_chunked and cut >= end
        assert answer.status_code == (201 if is_whole else 400), FORM[:cut]
    assert send(client, IMPORTS, FORM, None if is_chunked else len(FORM)).status_code == 201


def test_nothing_is_kept_of_an_upload_that_breaks_off(client, world):
    assert send(client, IMPORTS, FORM[:-20], len(FORM)).status_code == 400
    assert list((world.folder / "imports").iterdir()) == []
    assert client.read(IMPORTS).json["imports"] == []
