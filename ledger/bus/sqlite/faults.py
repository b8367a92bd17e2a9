"""What goes wrong with the bus file, for whoever publishes and reads."""

from pathlib import Path

from ledger.bus.port import Unavailable, Unusable
from ledger.storage import StorageFault


def read_fault(path: Path, fault: StorageFault | OSError) -> Unavailable | Unusable:
    """What a fault met while opening or reading means to the caller; what waiting does not mend says what does."""
    told = f"the bus file {path} cannot be read: {fault}"
    if isinstance(fault, OSError) or fault.is_passing:
        return Unavailable(told)
    return Unusable(
        f"{told}; restore the data folder from a backup, or move the file away and go on with a new bus with "
        "`contacts consume --accept-bus` (what the log has not taken of it is lost)"
    )
