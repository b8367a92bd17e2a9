"""A deployment under load whose parts a test kills: each is started again at once, as a supervisor would."""

import sys
from contextlib import suppress
from pathlib import Path

from tests.crash.evidence import log_position, state_position
from tests.crash.notes import Notes
from tests.shipped import Shipped, eventually

UPSTREAM = Path(__file__).with_name("upstream.py")
PATIENCE = 90.0
"""Seconds within which the work must have gone on by as much as a kill was to wait for."""


class Crew:
    """Publisher, consumer and projector at work."""

    def __init__(self, folder, bus, seed):
        self.shipped = Shipped(folder, bus)
        self.seed = seed
        self.notes = Notes(folder / "notes")
        self._running = {name: self._start(name) for name in ("consumer", "projector", "publisher")}

    def _start(self, name):
        if name == "publisher":
            command = [sys.executable, str(UPSTREAM), self.shipped.bus, self.seed, str(self.notes.path)]
            return self.shipped.start_process(command, "publisher.out")
        return self.shipped.start({"consumer": "consume", "projector": "project", "rebuild": "rebuild"}[name])

    def progress(self, name):
        """What moves on while this part works."""
        data = self.shipped.data
        return {"publisher": self.notes.refresh, "consumer": lambda: log_position(data)}.get(
            name, lambda: state_position(data)
        )()

    def kill(self, name, after):
        """SIGKILL the part when its own work has gone on by `after` from now, and start it again."""
        goal = self.progress(name) + after
        process = self._running[name]

        def is_due():
            assert process.exit_code() is None, f"the {name} ended by itself: {process.text()[-2000:]}"
            return self.progress(name) >= goal

        eventually(is_due, f"the {name} goes on by {after}", PATIENCE)
        process.kill()
        self._running[name] = self._start(name)

    def kill_rebuild(self, after, *, is_projecting):
        """Start a rebuild and SIGKILL it `after` polls behind its first sign of life, or when it has ended.

        Not `is_projecting`: the projector is killed first and stays away, so that the rebuild is alone.
        """
        if not is_projecting:
            self._running["projector"].kill()
        rebuild = self._start("rebuild")
        before = self._builds()
        eventually(lambda: rebuild.exit_code() is not None or self._builds() != before, "the rebuild begins")
        for _ in range(after):
            self._builds()
        rebuild.kill()
        if not is_projecting:
            self._running["projector"] = self._start("projector")

    def _builds(self):
        """The generations that are being built or were, and when each was last touched."""
        found = []
        for path in (self.shipped.data / "state").glob("contacts-*.building"):
            with suppress(FileNotFoundError):
                found.append((path.name, path.stat().st_mtime_ns))
        return found

    def finish(self):
        """The publisher ends its story; everything told reaches the state; the others end in good order.

        A part that was started just now would die of a SIGTERM that comes before it listens: so each is seen at work.
        """
        told = self.progress("publisher")
        eventually(lambda: self.progress("publisher") > told, "the publisher is at work", PATIENCE)
        assert self._running["publisher"].stop() == 0, self._running["publisher"].text()[-2000:]
        self.notes.refresh()
        self.shipped.settle()
        for name in ("consumer", "projector"):
            assert self._running[name].stop() == 0, self._running[name].text()[-2000:]

    def close(self):
        self.shipped.stop_all()
