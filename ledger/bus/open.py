"""From a URL to a bus: the only place that knows the drivers by name."""

from pathlib import Path

from ledger.bus.known_bus import Belonging
from ledger.bus.port import Bus, Unusable


def open_bus(url: str, belonging: Belonging | None = None) -> Bus:
    """The bus that `url` names: `sqlite:/path/to/bus.db` or `kafka://host:9092,host2:9092/topic?option=value&…`.

    `belonging`: whose bus a file has to be. A topic has an id of its own, which the log knows it by.

    Talks to nobody yet. A driver is loaded only when it is named: kafka-python costs memory and start-up time.

    Raises Unusable, without quoting secrets, when the URL is not one of these.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest:
        from ledger.bus.sqlite import SqliteBus

        return SqliteBus(Path(rest), belonging=belonging)
    if scheme == "kafka":
        from ledger.bus.kafka import KafkaBus

        return KafkaBus(url)
    raise Unusable("a bus URL begins with sqlite: and a file, or with kafka:// and brokers")
