"""Row 18: erasing one person of many, from the command to the last place that held something of them."""

import time
from random import Random
from statistics import median

from bench.people import person
from bench.row import Figure, Result, Row, Run, Wrong, discard
from bench.rows.rebuild import EVENTS, filled
from bench.serving import serving

_ERASED = 5


def _measure(run: Run) -> Result:
    contacts, taken = run.sizes.rebuilt_contacts, []
    place = filled(run, "erase")
    with serving(place) as served:
        served.wait_until_settled(EVENTS * contacts)
        for number in Random(18).sample(range(contacts), _ERASED):
            began = time.perf_counter()
            document = place.run("erase", person(number).phone, "--yes", "--reason", "bench", "--json")
            taken.append(time.perf_counter() - began)
            if not document["done"]:
                raise Wrong(f"an erasure was not done everywhere: {document['places']}")
    discard(place)
    return Result(
        (Figure(median(taken), "s", 1, 0.5, is_less_better=True),),
        f"each of {_ERASED} contacts, with the command's own start, of {contacts:,} with {EVENTS} events each",
        {"seconds": taken},
    )


ROW = Row(18, "erase", "contacts erase, one person", _measure)
