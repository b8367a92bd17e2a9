"""Every part is killed with SIGKILL at random moments under load, and nothing is lost, doubled or wrong (R28)."""

from random import Random

from tests.crash.conftest import FULL
from tests.crash.evidence import assert_each_once, assert_state_is_right, taken

KILLS = 500 if FULL else 20
PARTS = ("publisher", "consumer", "projector", "rebuild")


def test_kills_at_random_moments_lose_nothing_and_double_nothing(crew, seed):
    rng = Random(seed)
    for part in rng.sample(PARTS * (KILLS // len(PARTS)), KILLS):
        if part == "rebuild":
            crew.kill_rebuild(rng.randrange(300), is_projecting=rng.random() < 0.7)
        else:
            crew.kill(part, after=rng.choice((0, 1, rng.randrange(100))))
    crew.finish()

    entries = taken(crew.shipped.data)
    assert_each_once(entries, seed, crew.notes)
    assert_state_is_right(crew.shipped, entries)
