"""Real Kafka for the tests: a broker given by address, in a container, or run with java from its Maven artifacts."""

import os
from typing import NoReturn

import pytest

from tests.kafka.container import ContainerBroker, has_docker
from tests.kafka.java import JavaBroker
from tests.kafka.probing import NoBroker, answers, eventually, free_port

__all__ = [
    "Broker",
    "ContainerBroker",
    "GivenBroker",
    "JavaBroker",
    "NoBroker",
    "eventually",
    "find_broker",
    "free_port",
    "has_docker",
    "missing",
    "own_broker",
]


def missing(why: str) -> NoReturn:
    """Skip with a reason; fail where `CONTACTS_REQUIRE=1` demands that nothing be left out."""
    if os.environ.get("CONTACTS_REQUIRE") == "1":
        pytest.fail(f"CONTACTS_REQUIRE=1, but {why}")
    pytest.skip(why)


class GivenBroker:
    """A broker that somebody else runs: it can be used, not stopped."""

    can_stop = False

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def close(self) -> None:
        """Nothing to do: it is not ours."""


Broker = GivenBroker | JavaBroker | ContainerBroker


def find_broker() -> Broker:
    """A running broker: `CONTACTS_TEST_KAFKA` (host:port), else a container, else java. Raises NoBroker."""
    given = os.environ.get("CONTACTS_TEST_KAFKA")
    if given:
        if not answers(given):
            raise NoBroker(f"CONTACTS_TEST_KAFKA names {given}, which does not answer")
        return GivenBroker(given)
    return own_broker()


def own_broker() -> JavaBroker | ContainerBroker:
    """A running broker that the caller may stop and start, and must close. Raises NoBroker."""
    tried = []
    for kind in (ContainerBroker, JavaBroker):
        try:
            return _running(kind)
        except Exception as fault:
            tried.append(f"{kind.__name__}: {fault}")
    raise NoBroker("no CONTACTS_TEST_KAFKA; " + "; ".join(tried))


def _running(kind: type[ContainerBroker] | type[JavaBroker]) -> JavaBroker | ContainerBroker:
    broker = kind()
    try:
        broker.start()
    except BaseException:
        broker.close()
        raise
    return broker
