"""The indexes that readers asked for: remembered, limited, and made again in each generation."""

from contextlib import closing

from projections.conditions.condition import Condition
from projections.conditions.wanted import Wanted
from projections.projector.rebuild import build_generation
from projections.state.indexes import KINDS, MOST, SPELLINGS, TAGS, Asked, needed, of_attribute, of_text
from projections.state.sqlite.candidates import candidates


def test_indexes_that_were_asked_for_are_remembered_and_limited(tmp_path):
    asked = Asked(tmp_path / "indexes")
    assert asked.all() == set()
    asked.ask(of_attribute(f"attribute {number}") for number in range(MOST + 5))
    asked.ask([of_attribute("one too many")])
    assert len(Asked(tmp_path / "indexes").all()) == MOST


def test_attributes_leave_room_for_the_indexes_of_tags_and_of_what_there_is(tmp_path):
    asked = Asked(tmp_path / "indexes")
    asked.ask(of_attribute(f"attribute {number}") for number in range(MOST))
    others = {TAGS, KINDS, SPELLINGS}
    asked.ask(others)
    assert asked.all() >= others
    asked.ask([of_text("one too many")])
    assert len(asked.all()) == MOST + len(others)


def test_the_projector_makes_what_was_asked_for_also_in_a_rebuilt_generation(world):
    world.track(phone="+919967536783", city="Pune")
    world.settle()
    wanted = Wanted((Condition("city", "=", "Pune"),))
    generations = world.drivers.generations()
    generations.asked().ask(needed(wanted))

    def found():
        with closing(world.state()) as state:
            return candidates(state.rows, state.names(), wanted, 10)

    assert found() is None
    world.project()
    assert found() == [1]
    with closing(world.log()) as log:
        build_generation(generations, log)
    world.project()
    assert generations.current() == 2
    assert found() == [1]
