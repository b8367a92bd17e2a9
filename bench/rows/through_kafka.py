"""Row 2: the same file through a real Apache Kafka on this machine."""

from dataclasses import asdict

from bench.imports import Imported, check_files, file_of, plain, run_import
from bench.rate import median_rate
from bench.row import Figure, Result, Row, Run, discard
from bench.running import Failed
from bench.serving import serving
from tests.brokers import JavaBroker, NoBroker


def _through(run: Run, broker: JavaBroker, topic: str) -> Imported:
    file = file_of(run, 0, run.sizes.rows)
    place = run.place("kafka", bus=f"kafka://{broker.bootstrap}/{topic}")
    with serving(place) as served:
        imported = run_import(served, file, run.sizes.rows)
    check_files(run, place, [file])
    discard(place)
    return imported


def _measure(run: Run) -> Result:
    try:
        broker = JavaBroker()
        broker.start()
    except NoBroker as fault:
        raise Failed(f"no Kafka here: {fault}") from fault
    try:
        every = [_through(run, broker, f"contacts-{number}") for number in range(run.sizes.repeats)]
    finally:
        broker.close()
    ours, embedded = median_rate([one.rows for one in every]), median_rate([one.rows for one in plain(run)])
    return Result(
        (Figure(ours.events / embedded.events, "x", 0.6, 0.9),),
        f"{ours}; embedded {embedded}",
        {"ours": list(map(asdict, every)), "embedded": asdict(embedded)},
    )


ROW = Row(2, "through-kafka", "the same through Apache Kafka: rows/s over embedded", _measure)
