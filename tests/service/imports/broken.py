"""Imports that break off: the bus goes away behind so many batches."""

from dataclasses import replace

from ledger.bus.port import NotConfirmed, Publisher, Unavailable
from service.imports.ledger.ports import Pace
from service.imports.run.importer import Importer


class Breaking(Publisher):
    """The real publisher, until `after` batches; then the bus is away. `is_late`: the last one was published still."""

    def __init__(self, publisher, after, *, is_late=False):
        self.publisher, self.after, self.is_late = publisher, after, is_late

    def publish(self, messages, timeout=4.0):
        self.after -= 1
        if self.after < 0 and not self.is_late:
            raise Unavailable("the bus is away")
        self.publisher.publish(messages, timeout)
        if self.after < 0:
            raise NotConfirmed("nothing came back")

    def close(self):
        pass


def importer_with(imports, *, limits=None, **ports):
    return Importer(imports.folder, imports.registry, replace(imports.ports, **ports), limits or imports.limits)


IMPATIENT = Pace(clock=iter(range(10**9)).__next__, sleep=lambda _: None, patience=0)
MANY = "Name,Phone,User ID\n" + "".join(
    f"{'R2' if number % 11 == 5 else 'Asha'},+9199675{number % 80:05d},u{number % 70}\n" for number in range(100)
)
