"""Contacts of one message: their rows are those that the fold makes, and the usual ones need no fold."""

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.events.traits import check
from projections.fold.growth import Growth
from projections.fold.page import FoldPage, ImportIds
from projections.state.sqlite.new_contacts import NewContactRows
from projections.state.sqlite.rows import row_of
from tests.worlds import bounded

texts = st.one_of(
    st.sampled_from(
        ["", "Pune", 'a "b" \\ c', "2022-10-31", "2022-10-31T19:30:00.000+05:30", "2022-13-31", "Anne-Mary"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
scalars = st.one_of(
    texts, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)
changing = st.sampled_from([1.0, -0.0, [1.0], ["2022-10-31T19:30:00+05:30"], "2022-10-31T19:30:00+05:30", None])
values = st.one_of(scalars, scalars, changing, st.lists(scalars, max_size=3))
names = st.one_of(st.sampled_from(["name", "city", " city", "cite\u0301", "cité"]), texts).filter(
    lambda name: check(name, None) is None
)


@st.composite
def entries(draw):
    """A row of the log at position 7 of a message that made a contact, whatever else it says."""
    type = draw(st.sampled_from(["UserTracked", "UserTracked", "UserTracked", "TagsAdded", "EventTracked"]))
    tags = st.just(["vip"]) if type == "TagsAdded" else st.sampled_from([[], [], [], [""], 5])  # not a member of others
    traits = st.dictionaries(names, st.one_of(texts, values), min_size=1, max_size=3)
    data = {"traits": draw(st.one_of(traits, traits, traits, st.just({}), st.none())), "tags": draw(tags)}
    data |= draw(st.sampled_from([{}, {"row": 3}, {"row": 3, "rowend": True}, {"row": 3, "fill": True}]))
    data |= draw(st.sampled_from([{}, {"by": "Website"}]))
    number, other = draw(st.sampled_from([(None, 4), (None, 5), (1, 1)]))
    return entry(
        type,
        orjson.dumps({"id": "1", "data": data}),
        draw(st.none() | st.integers(0, 9)),
        draw(st.none() | st.integers(1, 10**15 - 1)),
        draw(st.none() | st.sampled_from(["u1", "ü-2022-10-31"])),
        number,
        None if number is None else data.get("row"),
        0 if number is None else int(data.get("rowend", False)),
        other,
    )


def entry(type, value, stated=1, phone=916000012470, user_id=None, source=1, row=None, row_end=0, other=1):
    id = bytes(16)
    return (7, 20, stated, type, None, 7, id, None, 0, source, None, value, phone, user_id, row, row_end, other)


class Sources:
    """What a log says of the sources of these messages."""

    def source_name(self, number):
        return {1: "/imports/i1", 4: "/v1/contacts", 5: "https://shop.example"}[number]


@pytest.fixture(scope="module")
def import_ids():
    return ImportIds(Sources())


def folded(row, import_ids):
    page = FoldPage({}, import_ids)
    page.fold([row])
    return page


@bounded(400)
@given(entries())
@example(entry("UserTracked", b'{"data":{"traits":{"city":"Agra","city":"2022-10-31T19:30:00+05:30"}}}'))
@example(entry("UserTracked", b'{"data_base64":"eyJ0cmFpdHMiOnsibiI6MX19"}'))
@example(entry("UserTracked", b'{"data":[]}'))
@example(entry("UserTracked", None))
@example(entry("UserTracked", b'{"data":{"traits":{"city":"Agra"},"row":3}}', stated=None, row=3))
@example(entry("UserTracked", b'{"data":{"traits":{"city":"Agra"},"row":3,"rowend":true}}', row=3, row_end=1))
@example(entry("TagsAdded", b'{"data":{"traits":{"city":"Agra"},"tags":["vip"]}}'))
def test_a_new_contacts_row_is_what_the_fold_makes_of_its_message(import_ids, row):
    page = folded(row, import_ids)
    growth = Growth()
    new = NewContactRows(import_ids, growth)
    if new.take(row):
        assert growth.counts == page.growth.counts
        assert {origin.by for origin in growth.counts} <= ({"", "Website"} if row[-1] != 5 else {""})
        assert new.contacts == [row_of(page.states[7])]
        assert new.messages == page.messages
    else:
        assert (new.contacts, new.messages, growth.counts) == ([], [], {})


def test_a_usual_row_of_an_import_needs_no_fold(import_ids):
    traits = {"name": "Anne-Mary", "whatsapp_opted": True, "points": 12, "city": "कोल्हापूर"}
    value = orjson.dumps({"data": {"traits": traits, "row": 3, "rowend": True}})
    assert NewContactRows(import_ids, Growth()).take(entry("UserTracked", value, row=3, row_end=1))
