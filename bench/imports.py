"""Whole imports by the shipped command, each checked against the oracle before its number counts."""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from bench import csv_files, oracle, processor
from bench.memory import tree, watching
from bench.oracle import Expected
from bench.people import person
from bench.rate import Rate
from bench.row import Run, Wrong, check, discard, head
from bench.running import Place
from bench.serving import Served, serving


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: rows a second, messages a second, and the most memory of all processes together, in MB."""

    rows: Rate
    messages: Rate
    peak_mb: float


def file_of(run: Run, first: int, count: int) -> Path:
    """The CSV file with these people, made once."""
    path = run.folder / f"people-{first}-{count}.csv"
    return run.shared(path.name, lambda: csv_files.write(path, map(person, range(first, first + count))))


def half_known_file(run: Run, known_from: int, new_from: int) -> Path:
    """As many rows again, made once: every second one a known contact with other points, the others new."""

    def write() -> Path:
        half = run.sizes.rows // 2
        known = (person(number)._replace(points="5000") for number in range(known_from, known_from + half))
        new = map(person, range(new_from, new_from + half))
        return csv_files.write(path, chain.from_iterable(zip(known, new, strict=True)))

    path = run.folder / f"half-known-{known_from}-{new_from}.csv"
    return run.shared(path.name, write)


def plain(run: Run) -> Sequence[Imported]:
    """The file without tags, embedded, into no contacts: what several rows compare with. One for each repeat."""
    return run.shared("plain", lambda: [into_none(run) for _ in range(run.sizes.repeats)])


def tagged(run: Run, tags: Sequence[str]) -> Sequence[Imported]:
    """The same with tags."""
    return [into_none(run, tags) for _ in range(run.sizes.repeats)]


def into_none(run: Run, tags: Sequence[str] = ()) -> Imported:
    """The file, once, embedded, into no contacts."""
    file, place = file_of(run, 0, run.sizes.rows), run.place("import")
    with serving(place) as served:
        imported = run_import(served, file, run.sizes.rows, tags=tags)
    check_files(run, place, [file], tags)
    discard(place)
    return imported


def run_import(served: Served, file: Path, rows: int, *, tags: Sequence[str] = (), known: int = 0) -> Imported:
    """Import a file whose rows are all good, `known` of them about known contacts, beside a running `serve`.

    Measured from the start of `contacts import` to its end, when every row's outcome is known.
    """
    place, process = served.place, served.process
    before = head(place)
    began, began_cpu = time.perf_counter(), cpu_of(process.pid)
    arguments = [part for tag in tags for part in ("--tag", tag)]
    with watching(place.pids) as peak:
        document = place.run("import", str(file), *arguments, "--json")
    ended, cpu = time.perf_counter(), cpu_of(process.pid) - began_cpu
    _check_counts(document, rows, known)
    messages = head(place) - before - 2
    if messages != rows * (2 if tags else 1):
        raise Wrong(f"{messages} entries for {rows} rows")
    seconds = ended - began
    return Imported(
        Rate(rows / seconds, cpu / rows * 1e6), Rate(messages / seconds, cpu / messages * 1e6), peak.megabytes
    )


def run_check(served: Served, file: Path, rows: int, *, known: int = 0) -> Rate:
    """Check such a file by the command's dry run, beside a running `serve`, from its start to its end."""
    began, began_cpu = time.perf_counter(), cpu_of(served.process.pid)
    document = served.place.run("import", str(file), "--dry-run", "--json")
    seconds, cpu = time.perf_counter() - began, cpu_of(served.process.pid) - began_cpu
    _check_counts(document, rows, known)
    return Rate(rows / seconds, cpu / rows * 1e6)


def check_files(run: Run, place: Place, files: Sequence[Path], tags: Sequence[str] = ()) -> None:
    """Compare state with what these files must make. Raises Wrong."""
    name = f"expected {[file.name for file in files]} {list(tags)}"
    expected: Expected = run.shared(name, lambda: oracle.from_files(files, tags))
    check(place, expected)


def _check_counts(document: dict[str, Any], rows: int, known: int) -> None:
    counts = {name: document[name] for name in ("rows", "created", "updated", "unchanged", "duplicate", "rejected")}
    expected = {"rows": rows, "created": rows - known, "updated": known, "unchanged": 0, "duplicate": 0, "rejected": 0}
    if counts != expected:
        raise Wrong(f"the counts are {counts}, {expected} expected")


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process with all below it, and of the commands that were run and have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(map(processor.seconds, tree(pid))) + ended.ru_utime + ended.ru_stime
