"""Row 6: folding the whole log anew, four events a contact."""

from collections.abc import Iterator
from dataclasses import asdict
from random import Random

from bench import oracle, processor
from bench.memory import Peak, watching
from bench.messages import Fact, publish, traits_of
from bench.oracle import Expected
from bench.peers import pyeventsourcing
from bench.people import person
from bench.rate import Rate, median_rate
from bench.row import Figure, Result, Row, Run, Wrong, check, discard, head
from bench.running import Place

EVENTS = 4


def _facts(contacts: int) -> Iterator[Fact]:
    """Everybody once with all traits, then three times with one, each time in another order."""
    for turn in range(EVENTS):
        order = list(range(contacts))
        Random(turn).shuffle(order)
        for number in order:
            one = person(number)
            yield one, traits_of(one) if turn == 0 else {"Points": f"{one.points}-{turn}"}


def _expected(contacts: int) -> Expected:
    people = map(person, range(contacts))
    last = ((one, traits_of(one) | {"Points": f"{one.points}-{EVENTS - 1}"}) for one in people)
    return oracle.from_lines(sorted(oracle.contact_line(one.phone, one.user_id, traits, ()) for one, traits in last))


def filled(run: Run, name: str) -> Place:
    """A deployment whose log holds the events, and a state that the projector has only begun."""
    place = run.place(name)
    count = publish(place.drivers, _facts(run.sizes.rebuilt_contacts))
    with place.running("consume") as consumer:
        place.wait_until(consumer, place.has_printed("consume", b"consumer started"))
        with place.running("project") as projector:
            place.wait_until(projector, lambda: place.drivers.generations().current() is not None)
        place.wait_until(consumer, lambda: head(place) >= count, every=0.05)
    if head(place) != count:
        raise Wrong(f"{head(place)} entries in the log, {count} expected")
    return place


def _rebuild_rate(run: Run, place: Place, peak: Peak) -> Rate:
    """From the moment the new generation's file appears to the pointer that names it."""
    generations = place.drivers.generations()
    number = generations.newest() + 1
    with place.running("rebuild", "--json") as rebuild, watching(place.pids) as seen:
        began = place.wait_until(rebuild, generations.building(number).path.exists)
        began_cpu = processor.seconds(rebuild.pid)
        ended = place.wait_until(rebuild, lambda: generations.current() == number)
        cpu = processor.seconds(rebuild.pid) - began_cpu
    peak.see(seen.megabytes)
    check(place, run.shared("rebuilt", lambda: _expected(run.sizes.rebuilt_contacts)))
    events = EVENTS * run.sizes.rebuilt_contacts
    return Rate(events / (ended - began), cpu / events * 1e6)


def _measure(run: Run) -> Result:
    peer = pyeventsourcing.measured(run.folder, run.sizes.peer_contacts, EVENTS)
    place, peak = filled(run, "rebuild"), Peak()
    every = [_rebuild_rate(run, place, peak) for _ in range(run.sizes.repeats)]
    discard(place)
    ours = median_rate(every)
    return Result(
        (
            Figure(ours.events / peer.read.events, "x", 1, 2),
            Figure(peak.megabytes, "MB", 500, 300, is_less_better=True, what="    peak PSS"),
        ),
        f"{ours} over {EVENTS * run.sizes.rebuilt_contacts:,} events; "
        f"pyeventsourcing reads {peer.read} over {EVENTS * run.sizes.peer_contacts:,}, "
        f"in sections of 1,000 (its default is 10) {peer.read_large}",
        {"ours": list(map(asdict, every)), "pyeventsourcing": asdict(peer), "peak_mb": peak.megabytes},
    )


ROW = Row(6, "rebuild", "rebuild at 4 events a contact, over pyeventsourcing read", _measure)
