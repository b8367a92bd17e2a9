"""Whether so many of the last messages are rejected that somebody should look: a bad release of a publisher, mostly."""

from ledger.log.port import LogReader

RECENT = 1_000
"""Messages that are looked at, back from the newest."""

FEWEST = 100
"""Messages of which a share says something."""


def rejected_share_fault(log: LogReader, most: int) -> str | None:
    """A sentence where more than `most` percent of the last messages are rejected and open (R28); else None.

    Those that somebody has had taken again or dropped count no more, so the alarm ends with the work.
    """
    head = log.head().position
    after = max(0, head - RECENT)
    looked_at = head - after
    if looked_at < FEWEST or log.count_rejected(None, after, head) * 100 <= looked_at * most:
        return None
    waiting = sum(position > after for position in log.open_rejections(RECENT))
    if waiting * 100 <= looked_at * most:
        return None
    return (
        f"{waiting:,} of the last {looked_at:,} messages were rejected and wait for somebody, more than {most} %:"
        " look at `contacts rejected list --open`"
    )
