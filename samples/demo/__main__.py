"""`make demo`: a ledger with the story of Banyan Books, a bookseller with four shops, then the hub over it.

Two years are told in half a minute, through calls that anybody can make. What a ledger records, it records at the time
by its own clock, and no call can say another; so the clock of the demo's server is set back, and moved on day by day
until it is that of the machine. The second start goes on with what is there, by the machine's clock.

    python samples/demo FOLDER PORT
"""

import shutil
import signal
import sys
import time
from pathlib import Path

from click import echo
from clock import Clock, on_day
from deployment import Deployment
from story import Story
from trade import OPENS


def main(folder: Path, port: int) -> None:
    """Tell the story once, then serve it until Ctrl+C."""
    told = folder / "told"
    is_first = not told.exists()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not is_first:
        ledger = Deployment(folder, port, {})
    else:
        shutil.rmtree(folder / "data", ignore_errors=True)  # of a first start that was broken off
        folder.mkdir(parents=True, exist_ok=True)
        clock = Clock(folder / "clock")
        clock.go_to(on_day(OPENS, 9))
        ledger = Deployment(folder, port, clock.environ)
    server = ledger.serve(is_first=is_first)
    try:
        if is_first:
            began, story = time.monotonic(), Story(ledger, clock)
            story.tell()
            to_try = "\n".join(f"{what}: {ledger.url}/{at}" for what, at in story.to_try.items())
            echo(f"\nTwo years told in {time.monotonic() - began:.0f} seconds.")
            told.write_text(f"Then try:\n{to_try}\nCtrl+C ends it.", encoding="utf-8")
        echo(f"Sign in: {ledger.link()}")
        echo(told.read_text(encoding="utf-8"))
        assert server.stdout is not None
        for _ in server.stdout:
            pass
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
