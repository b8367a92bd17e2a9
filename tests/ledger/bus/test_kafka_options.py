"""What a bus URL may say, and that its secrets stay in it."""

import pytest

from ledger.bus.kafka.options import parse
from ledger.bus.open import open_bus
from ledger.bus.port import Unusable

SECRET = "hunter2-and-more"


def test_brokers_and_topic_come_from_the_url():
    options = parse("kafka://one:9092,two:9093/contacts")
    assert (options.servers, options.topic) == (("one:9092", "two:9093"), "contacts")


def test_options_are_typed():
    options = parse("kafka://h:9092/t?ssl_check_hostname=false&linger_ms=5&fetch_min_bytes=1&partitions=3")
    assert options.client == {"ssl_check_hostname": False}
    assert (options.producer, options.consumer, options.creation) == (
        {"linger_ms": 5},
        {"fetch_min_bytes": 1},
        {"partitions": 3},
    )


def test_an_escaped_password_is_read_whole():
    options = parse("kafka://h:9092/t?sasl_plain_password=a%26b%3Dc%2Bd")
    assert options.client["sasl_plain_password"] == "a&b=c+d"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"kafka://h:9092/t?retention=1&sasl_password={SECRET}", "retention, sasl_password"),
        (f"kafka://h:9092/t?linger_ms={SECRET}", "linger_ms .* is not a whole number"),
        (f"kafka://h:9092/t?ssl_check_hostname={SECRET}", "ssl_check_hostname .* neither true nor false"),
        (f"kafka://h:9092/t?security_protocol={SECRET}", "security_protocol .* not one of"),
        (f"kafka://h:9092/t?sasl_plain_password={SECRET}&sasl_plain_password=x", "twice.*: sasl_plain_password"),
        (f"kafka://h:9092/t?{SECRET}", "name=value"),
        (f"kafka://user:{SECRET}@h:9092/t", "sasl_plain_username"),
        ("kafka://h:9092/", "topic"),
        ("kafka://h:9092/a/b", "topic"),
        ("kafka:///contacts", "host:port"),
        ("kafka://h:port/contacts", "host:port"),
        ("sqlite:", "sqlite:"),
        ("redis://h/contacts", "kafka://"),
    ],
)
def test_a_wrong_url_is_refused_by_name_and_without_its_values(url, says):
    with pytest.raises(Unusable, match=says) as raised:
        open_bus(url)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("servers", "options", "exposed"),
    [
        ("localhost:9092,127.0.0.1:9094,[::1]:9092,kafka:9092", "", ()),
        ("kafka.example.com:9092", "", ("kafka.example.com:9092",)),
        ("kafka:9092,10.0.0.7,[2001:db8::1]:9092", "", ("10.0.0.7", "[2001:db8::1]:9092")),
        ("10.0.0.7:9092", "?security_protocol=sasl_plaintext", ("10.0.0.7:9092",)),
        ("10.0.0.7:9092", "?security_protocol=SASL_SSL", ()),
        ("10.0.0.7:9092", "?security_protocol=ssl", ()),
    ],
)
def test_servers_that_are_reached_without_tls_are_named_unless_they_are_near(servers, options, exposed):
    assert open_bus(f"kafka://{servers}/contacts{options}").in_clear == exposed


def test_no_secret_shows_in_what_is_printed():
    url = f"kafka://h:9092/t?sasl_plain_password={SECRET}&ssl_password={SECRET}"
    assert SECRET not in repr(open_bus(url)) + repr(parse(url))


def test_the_embedded_bus_does_without_the_kafka_library():
    import subprocess
    import sys

    code = (
        "import sys; from ledger.bus.open import open_bus; open_bus('sqlite:/tmp/x.db'); print('kafka' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
