"""How long a follower of a stream waits after a small batch: lone messages then share their transactions and syncs."""

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
