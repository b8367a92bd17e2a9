"""Lists in pages: exactly the contacts that are wanted, in order, while all changes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.conditions.wanted import SORTS, order_of
from projections.lists.pages import total
from projections.state.sqlite.reader import reading
from tests.projections.listed import pages, pages_back, rounds, state_file, wanteds

sorts = st.sampled_from([*SORTS, "city", "-city", "it's", "-name", "phone", "-user_id"])


@given(rounds(), wanteds, sorts, st.integers(1, 4))
def test_the_pages_together_are_the_contacts_that_are_wanted_in_order(changes, wanted, sort, limit):
    with state_file() as file:
        for changed in changes:
            file.save(changed)
        shown = pages(file, wanted, sort, limit)
        assert [one for each in shown for one in each] == file.expected(wanted, sort)
        with reading(file.path) as state:
            assert total(state, wanted) == len(file.expected(wanted, sort))


@given(rounds(), wanteds, sorts, st.integers(1, 2))
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
                if order_of(sort).by == "value":  # who gets another value may move behind what was shown
                    always.difference_update(touched)

        shown = [one.contact for each in pages(file, wanted, sort, limit, change) for one in each]
        assert always <= set(shown)
        assert all(number in touched for number in shown if shown.count(number) > 1)


@given(rounds(), wanteds, sorts, st.integers(1, 3))
@settings(max_examples=200)
def test_the_pages_before_the_last_one_are_those_that_led_to_it(changes, wanted, sort, limit):
    with state_file() as file:
        for changed in changes:
            file.save(changed)
        last, *others = pages_back(file, wanted, sort, limit)
        whole = [one.contact for one in file.expected(wanted, sort)]
        for shown in (last, *others):
            numbers = [one.contact for one in shown]
            start = whole.index(numbers[0]) if numbers else len(whole)
            assert whole[start : start + limit] == numbers
        assert {one.contact for shown in (last, *others) for one in shown} == set(whole)
        assert [one.contact for one in (others or [last])[-1]] == whole[:limit]
