"""Verify a deployment: log, state and the imports of `service.db`; on request all state files, and every decision."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.bus.port import Bus, BusError
from ledger.events.signing import Signer
from ledger.log.fault import Fault, Findings
from ledger.log.head import Head
from ledger.log.port import LogReader
from projections.past.verify import RESTORE, Report, kept_state_faults, verify
from projections.state.building import building_alone, discard
from projections.state.port import StoredState
from service.deployment.deployment import Deployment
from service.deployment.tables.audit_chain import AuditHead, audit_faults
from service.deployment.tables.store_checks import kept_audit
from service.imports.registry.against_log import kept_import_faults, kept_imports
from service.queries.readers import Readers

if TYPE_CHECKING:
    from consumers.redeciding import Redeciding


@dataclass(frozen=True, slots=True)
class Extent:
    """How much to verify. `is_deep`: decide every entry anew. `all_files`: past states and kept generations too."""

    is_deep: bool = False
    all_files: bool = False

    def arguments(self) -> list[str]:
        """As options of `contacts verify`."""
        return ["--deep"] * self.is_deep + ["--all"] * self.all_files


PLAIN = Extent()


@dataclass(frozen=True, slots=True)
class Verification:
    """Looks for whatever in a deployment is not as it was recorded. All may be written meanwhile.

    `redeciding(log, file)` opens what decides the entries of the log anew, in a new file.
    """

    deployment: Deployment
    readers: Readers
    bus: Bus
    signer: Signer
    redeciding: "Callable[[LogReader, Path], AbstractContextManager[Redeciding]]"

    def run(
        self,
        extent: Extent = PLAIN,
        *,
        saved_head: Head | None = None,
        saved_trail: AuditHead | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Report:
        """Verify; `progress` is called with positions. `saved_head` and `saved_trail` are what was kept elsewhere.

        Raises NotMadeYet, and StorageFault and OSError for what can heal.
        """
        found = Findings()
        with building_alone(self._folder), found.of("log.db", RESTORE), self.readers.log() as log:
            kept, ends = None, None
            with found.of("service.db", RESTORE):  # before the log, which is then never behind it
                kept, ends = kept_imports(self.deployment.service_path, log), self._bus_ends()
            states = self.readers.states
            scratch = states.stored(self._folder / "state.building")
            report = verify(
                log,
                states.in_use(),
                scratch,
                signer=self.signer,
                saved_head=saved_head,
                progress=progress,
            )
            found.faults.extend(report.faults)
            if kept is not None:
                with found.of("service.db", RESTORE):
                    found.add(Fault(0, f"service.db is damaged: {what}; {RESTORE}") for what in kept.damage)
                    found.add(kept_import_faults(kept, log, is_all_taken=_has_taken(log, ends)))
                    lines, last = kept_audit(self.deployment.service_path)
                    found.add(Fault(0, f"{what}; {RESTORE}") for what in audit_faults(lines, last, saved_trail))
            if extent.is_deep:
                report = replace(report, otherwise=self._redecide(log, report.events, found, progress))
            if extent.all_files:
                self._kept_state_faults(log, scratch, found)
            return replace(report, faults=tuple(found.faults))
        return Report(0, 0, None, None, tuple(found.faults))

    @property
    def _folder(self) -> Path:
        return self.deployment.data / "verify"

    def _redecide(self, log: LogReader, until: int, found: Findings, progress: Callable[[int], None]) -> int | None:
        """Decide every entry anew; gives how many were read by other rules than today's."""
        with (
            found.of("the decisions of the log", f"log.db is not what it was: {RESTORE}"),
            self.redeciding(log, self._folder / "log.building") as redeciding,
        ):
            found.add(redeciding.faults(log, until, progress))
            return redeciding.otherwise
        return None

    def _kept_state_faults(self, log: LogReader, scratch: StoredState, found: Findings) -> None:
        for path in self._kept_files():
            discard(scratch.path)
            beside = Findings()
            kept_state_faults(log, self.readers.states.stored(path), scratch, beside)
            name = path.relative_to(self.deployment.data)
            found.add(Fault(one.position, f"{name}: {one.fault}") for one in beside.faults)

    def _kept_files(self) -> list[Path]:
        states = self.readers.states
        others = set(states.folder.glob("contacts-*.db")) - {states.current_path()}
        return sorted(others) + sorted(self.deployment.past.glob("at-*.db"))

    def _bus_ends(self) -> tuple[str, Mapping[int, int]] | None:
        """The bus id and the end of each partition; None while the bus cannot be asked."""
        try:
            with closing(self.bus.reader()) as bus:
                return bus.bus_id, {partition: end for partition, (_, end) in bus.ranges().items()}
        except BusError:
            return None


def _has_taken(log: LogReader, ends: tuple[str, Mapping[int, int]] | None) -> bool:
    if ends is None:
        return False
    stored = log.offsets(ends[0])
    return all(stored.get(partition, 0) >= end for partition, end in ends[1].items())
