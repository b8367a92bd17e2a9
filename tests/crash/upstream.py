"""An upstream service: tells its story to the bus, and writes down what was acknowledged after `publish` returned.

Started again after a kill it goes on behind the last acknowledged call, so that the call it died in is made again.

    python upstream.py BUS_URL SEED NOTES      # ends on SIGTERM, between two calls
"""

import random
import sys
from pathlib import Path
from threading import Event

from ledger.bus.open import open_bus
from ledger.bus.port import BusError, Message
from service.processes.signals import call_at_end
from tests.crash.notes import Notes
from tests.crash.story import message

ROUND = 0.004
"""Seconds between two calls: enough load to keep everyone busy, not so much that they only ever catch up."""

AGAIN = 0.2
"""Seconds before a call that failed is made again."""


def tell(bus, seed, notes, stop):
    publisher = bus.publisher()
    number = notes.acknowledged
    while not stop.is_set():
        call = range(number, number + random.Random(f"{seed}/call/{number}").randint(1, 8))
        notes.trying(call)
        try:
            publisher.publish([Message(None, message(seed, one)) for one in call])
        except BusError as fault:
            print(f"told again: {fault}", flush=True)  # noqa: T201
            stop.wait(AGAIN)
            continue
        notes.has_acknowledged(call)
        number = call.stop
        stop.wait(ROUND)
    publisher.close()


def main():
    url, seed, path = sys.argv[1:]
    stop = Event()
    call_at_end(stop.set)
    tell(open_bus(url), seed, Notes(Path(path)), stop)


if __name__ == "__main__":
    main()
