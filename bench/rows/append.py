"""Row 5: what the consumer appends a second, message by message decided, chained and synced."""

from dataclasses import asdict

from bench import oracle, processor
from bench.messages import publish, traits_of
from bench.oracle import Expected
from bench.peers import pyeventsourcing
from bench.people import person
from bench.rate import Rate, median_rate
from bench.row import Figure, Result, Row, Run, Wrong, check, discard, head


def _append_rate(run: Run) -> Rate:
    """New contacts in no order on the bus, from the consumer's own word that it started to the last entry."""
    count = run.sizes.appended
    place = run.place("append")
    publish(place.drivers, ((one, traits_of(one)) for one in map(person, range(count))))
    with place.running("consume") as consumer:
        began = place.wait_until(consumer, place.has_printed("consume", b"consumer started"), every=0.0005)
        began_cpu = processor.seconds(consumer.pid)
        ended = place.wait_until(consumer, lambda: head(place) >= count)
        cpu = processor.seconds(consumer.pid) - began_cpu
    with place.running("project") as projector:
        place.wait_until(projector, lambda: place.run("status", "--json")["lag_events"] == 0, every=0.2)
    if head(place) != count:
        raise Wrong(f"{head(place)} entries in the log, {count} expected")
    check(place, run.shared(f"people-{count}", lambda: _expected(count)))
    discard(place)
    return Rate(count / (ended - began), cpu / count * 1e6)


def _expected(count: int) -> Expected:
    people = map(person, range(count))
    return oracle.from_lines(sorted(oracle.contact_line(p.phone, p.user_id, traits_of(p), ()) for p in people))


def _measure(run: Run) -> Result:
    peer = pyeventsourcing.measured(run.folder, run.sizes.peer_appended, 1)
    every = [_append_rate(run) for _ in range(run.sizes.repeats)]
    ours = median_rate(every)
    return Result(
        (Figure(ours.events / peer.append.events, "x", 2, 4),),
        f"{ours} over {run.sizes.appended:,} new contacts in no order; "
        f"pyeventsourcing {peer.append} over {run.sizes.peer_appended:,}",
        {"ours": list(map(asdict, every)), "pyeventsourcing": asdict(peer)},
    )


ROW = Row(5, "append", "append (identity, chain, FULL sync), new contacts, over pyeventsourcing append", _measure)
