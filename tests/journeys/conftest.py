"""Deployments for the journeys: the shipped commands as real processes, on each bus."""

import uuid

import pytest

from tests.browser import Window, a_browser
from tests.journeys.windows import sign_in
from tests.shipped import serving

KAFKA = pytest.param("kafka", marks=pytest.mark.kafka)
CONTAINER = pytest.param("container", marks=pytest.mark.containers)
BROKERS = {"kafka": "kafka_broker", "container": "container_broker"}


def bus_of(request):
    """None for the default, or a topic of its own on real Kafka."""
    if request.param == "sqlite":
        return None
    broker = request.getfixturevalue(BROKERS[request.param])
    return f"kafka://{broker.bootstrap}/journey-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session", params=["sqlite", KAFKA, CONTAINER])
def served(request, tmp_path_factory):
    """`contacts serve`, answering."""
    with serving(tmp_path_factory.mktemp("journey"), bus_of(request)) as made:
        yield made


@pytest.fixture(scope="session", params=["sqlite", KAFKA])
def served_to_people(request, tmp_path_factory):
    """The same for what is looked at in a browser, where it makes no difference how a Kafka was started."""
    with serving(tmp_path_factory.mktemp("journey"), bus_of(request)) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", KAFKA])
def served_alone(request, tmp_path_factory):
    """The same for one module, which changes what others look at, such as the order of fields."""
    with serving(tmp_path_factory.mktemp("journey"), bus_of(request)) as made:
        yield made


@pytest.fixture(scope="module")
def browser():
    """Chromium; skipped where there is none."""
    with a_browser() as found:
        yield found


@pytest.fixture(scope="module")
def signed_in(told, browser):
    """The cookies of a browser that is signed in with the first key of `told`, which a module has of its own."""
    window = Window(browser)
    window.page.goto(told.url)
    sign_in(window.page, told.key)
    state = window.page.context.storage_state()
    window.close()
    return state


@pytest.fixture
def open_hub(told, browser, signed_in):
    """A window, signed in, at the list."""
    opened = []

    def open_(**options):
        opened.append(Window(browser, **{"storage_state": signed_in, **options}))
        opened[-1].page.goto(f"{told.url}contacts")
        return opened[-1]

    yield open_
    for window in opened:
        window.close()
