"""`contacts serve` for the length of a block, and the first key it prints."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.messages import traits_of
from bench.oracle import Expected, Line, contact_line, from_lines
from bench.people import person
from bench.row import head
from bench.running import Place
from projections.state.sqlite.reader import reading


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment that runs."""

    place: Place
    process: "subprocess.Popen[bytes]"
    key: str

    def wait_until_settled(self, entries: int) -> float:
        """Wait until the log has this many entries and the state has them all; gives the moment."""
        return self.place.wait_until(self.process, lambda: reached(self.place) >= entries, every=0.01)


@contextmanager
def serving(place: Place, key: str | None = None) -> Iterator[Served]:
    """Start everything and wait until it answers; end it by SIGTERM. `key` is that of an earlier start, if any."""
    with place.running("serve") as process:
        place.wait_until(process, place.has_printed("serve", b"Hub: " if key else b"API key: "), every=0.02)
        place.wait_until(process, lambda: _is_projecting(place), every=0.02)
        printed = place.output_of("serve").read_text()
        yield Served(place, process, key or printed.partition("API key: ")[2].split()[0])


def _is_projecting(place: Place) -> bool:
    return place.drivers.generations().current() is not None


def reached(place: Place) -> int:
    """The position up to which contact state has come, when that is all there is in the log; else 0."""
    with reading(place.drivers.generations().current_path()) as state:
        position = state.checkpoint().position
    return position if position == head(place) else 0


def people(first: int, count: int) -> Expected:
    """What track calls about these people must make."""
    return from_lines(sorted(people_lines(first, count)))


def people_lines(first: int, count: int) -> Iterator[Line]:
    """The contact that each of these calls must make."""
    for one in map(person, range(first, first + count)):
        yield contact_line(one.phone, one.user_id, traits_of(one), ())
