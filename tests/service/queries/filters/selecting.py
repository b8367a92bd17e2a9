"""What tests of conditions share: a list asked for by conditions, as its document, as who is found, or as why not."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from projections.conditions.condition import BadCondition
from service.imports.registry.named_once import named_once
from service.queries.business_days import BusinessDays
from service.queries.filters.selection import Selection
from service.queries.lists.list import list_page
from tests.clock import SECOND
from tests.examples import ASHA, EMMA, GAVIN, RAVI

TODAY = datetime(2026, 1, 6, 1, tzinfo=ZoneInfo("Asia/Kolkata"))


DAYS = BusinessDays(ZoneInfo("Asia/Kolkata"), lambda: int(TODAY.timestamp()) * SECOND)


FIRST = {GAVIN: "gavin", ASHA: "asha", RAVI: "ravi", EMMA: "emma"}


def whole(world, *where, tags=(), match="all", days=DAYS):
    """The list's document."""
    return list_page(
        world.drivers.generations().in_use(),
        world.drivers.log_reader,
        Selection(where, tags, None, match),
        "created",
        100,
        None,
        named_once(world.drivers.generations(), world.drivers.store),
        days,
    )


def found(world, *where, **options):
    document = whole(world, *where, **options)
    assert document["total"] == len(document["contacts"])
    return " ".join(FIRST[one["phone"]] for one in document["contacts"])


def refused(world, *where):
    with pytest.raises(BadCondition) as caught:
        whole(world, *where)
    return str(caught.value)
