"""The bench's people are fit to be measured with."""

from itertools import pairwise

import phonenumbers

from bench.people import person

FIRST = [person(number) for number in range(2000)]


def test_every_phone_is_valid():
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one.phone)) for one in FIRST)


def test_no_two_people_share_a_phone_or_a_user_id():
    assert len({one.number for one in FIRST}) == len({one.user_id for one in FIRST}) == len(FIRST)


def test_phones_come_in_no_order():
    rising = sum(one.number < after.number for one, after in pairwise(FIRST))
    assert 800 < rising < 1200


def test_the_same_person_has_the_same_data_in_every_run():
    assert person(7)[:3] == ("9927444675", "f3217ca2c9c4", "Deepa Kumar")
