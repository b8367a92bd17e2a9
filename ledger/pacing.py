"""How long a follower of a stream waits: after a small batch, so that lone messages share their transactions and syncs,
and between two looks at a stream in which nothing comes.
"""

SMALL = 1_000
"""Messages; a larger batch means that work is waiting, and nobody pauses."""

LONGEST = 0.03
_TIMES = 3


def pause_after(count: int, seconds: float) -> float:
    """Seconds to wait after a batch of `count` messages that took `seconds`: three times as long, at most `LONGEST`.

    So however fast lone messages come, a follower leaves three quarters of a core to those who send them, and a message
    that comes to an idle follower is taken at once.
    """
    return 0.0 if count >= SMALL else min(_TIMES * seconds, LONGEST)


_LONGEST_LOOK = 0.025


def pause_between_looks(silent: float, shortest: float) -> float:
    """Seconds to wait between two looks at a stream in which nothing has come for `silent` seconds: a hundredth of
    them, but no less than `shortest` and no more than 0.025.

    So what comes is seen at once where much comes, and costs little to wait for where nothing does.
    """
    return min(max(shortest, silent / 100), _LONGEST_LOOK)
