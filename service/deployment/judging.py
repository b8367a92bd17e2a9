"""Whether a part does its work, judged by progress and not by its being there (R38). Pure."""

from service.deployment.marks import Marks

STILL_SECONDS = 60.0
"""Without a sign of work for so long while work waits, a part is stuck."""

OFTEN, LATELY = 3, 120.0
"""Ends that nobody asked for within so many seconds: it restarts over and over."""


def fault_of(marks: Marks, work: bool | None) -> str | None:
    """What is wrong with a part, as a sentence; None when it does its work. `work`: whether some waits, if known."""
    lately = [end for end in marks.ends if end < LATELY]
    if len(lately) >= OFTEN and lately[-1] < STILL_SECONDS:
        return f"it ends over and over, {len(lately)} times in the last two minutes; last by {marks.last_end}"
    if not marks.is_alive:
        return "no process is it: start it (`contacts serve` runs all parts)"
    if marks.trouble is not None:
        return marks.trouble
    if work is not False and marks.beat is not None and marks.beat > STILL_SECONDS:
        return f"it has shown no sign of work for {marks.beat:.0f} s while work waits for it"
    return None
