"""Lists in pages: exactly the contacts that are wanted, in order, while all changes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.conditions.wanted import SORTS
from projections.lists.pages import total
from projections.state.sqlite.reader import reading
from tests.projections.listed import pages, rounds, state_file, wanteds


@given(rounds(), wanteds, st.sampled_from(SORTS), st.integers(1, 4))
def test_the_pages_together_are_the_contacts_that_are_wanted_in_order(changes, wanted, sort, limit):
    with state_file() as file:
        for changed in changes:
            file.save(changed)
        shown = pages(file, wanted, sort, limit)
        assert [one for each in shown for one in each] == file.expected(wanted, sort)
        with reading(file.path) as state:
            assert total(state, wanted) == len(file.expected(wanted, sort))


@given(rounds(), wanteds, st.sampled_from(SORTS), st.integers(1, 2))
@settings(max_examples=200)
def test_who_is_wanted_all_the_time_is_shown_whatever_changes_meanwhile(changes, wanted, sort, limit):
    with state_file() as file:
        file.save(changes[0])
        always = {one.contact for one in file.expected(wanted, sort)}
        waiting = [changes[1], changes[2]]
        touched = changes[1].keys() | changes[2].keys()

        def change():
            if waiting:
                file.save(waiting.pop(0))
                always.intersection_update(one.contact for one in file.expected(wanted, sort))

        shown = [one.contact for each in pages(file, wanted, sort, limit, change) for one in each]
        assert always <= set(shown)
        assert all(number in touched for number in shown if shown.count(number) > 1)
