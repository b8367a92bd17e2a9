"""Whether bus, log, state, disk and parts can be used: what `/readyz` and the metrics look at."""

from contextlib import suppress
from pathlib import Path
from shutil import disk_usage

from ledger.belonging import NotOurs
from ledger.bus.port import Bus, BusError
from ledger.log.port import StoredLog
from ledger.storage import NotMadeYet, StorageFault
from projections.state.generations import Generations
from service.deployment.tables.store_checks import fault_of
from service.http.readiness import Readiness
from service.queries.ledger.part_states import NOT_KNOWN, part_states
from service.queries.ledger.rejected_share import rejected_share_fault
from service.queries.ledger.status import LedgerStatus

LEAST_FREE = 1024 * 1024
"""Bytes on the data folder's disk below which nothing can be taken any more."""


def look(status: LedgerStatus) -> Readiness:
    """Look at bus, log and state; what cannot be told is a fault of its part, never an exception."""
    deployment = status.deployment
    parts = {
        "disk": _disk_fault(deployment.data),
        "bus": _bus_fault(status.bus),
        "service": _store_fault(deployment.service_path),
        "log": _log_fault(status.log),
        "state": _state_fault(status.readers.states),
    }
    if (most := deployment.settings.rejected_share) is not None:
        parts["messages"] = _messages_fault(status.log, most)
    lags: dict[str, float] = {}
    try:
        seen = status.now()
        states = seen.parts
    except (StorageFault, NotOurs) as fault:
        parts["log"] = parts["log"] or str(fault)
        states = part_states(deployment.data, NOT_KNOWN, {})
    else:
        lags = {"log_position": seen.position, "lag_events": seen.lag_events, "lag_seconds": seen.lag_seconds}
        if seen.bus_lag is not None:
            lags["bus_lag"] = seen.bus_lag
    beats = {part.name: part.heartbeat_seconds for part in states if part.heartbeat_seconds is not None}
    return Readiness({**parts, **{part.name: part.fault for part in states}}, lags, beats)


def _disk_fault(folder: Path) -> str | None:
    free = disk_usage(folder).free
    return f"the disk of the data folder is full: {free:,} bytes are left" if free < LEAST_FREE else None


def _bus_fault(bus: Bus) -> str | None:
    try:
        bus.check()
    except BusError as fault:
        return str(fault)
    return None


def _store_fault(path: Path) -> str | None:
    fault = fault_of(path)
    return None if fault is None else f"{path.name} cannot be used: {fault}"


def _log_fault(log: StoredLog) -> str | None:
    try:
        return log.absence()
    except StorageFault as fault:
        return str(fault)


def _messages_fault(log: StoredLog, most: int) -> str | None:
    """Nothing where the log cannot be read, which is a fault of the log."""
    with suppress(StorageFault), log.reading() as reader:
        return rejected_share_fault(reader, most)
    return None


def _state_fault(states: Generations) -> str | None:
    try:
        with states.in_use().reading() as state:
            state.checkpoint()
    except NotMadeYet as fault:
        return str(fault)
    except (StorageFault, NotOurs, OSError) as fault:
        return f"the state cannot be read: {fault}"
    return None
