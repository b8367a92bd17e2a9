"""Whatever the append accepts, every reader behind it can tell: fold, history, explain, verify, documents, lists."""

import json
from contextlib import closing

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.fold.contact_document import contact_document
from projections.past.explain import explain
from projections.past.history import event_document, steps
from projections.past.verify import verify
from projections.projector.projection import Projection
from projections.state.digest import full_digest
from projections.state.generations import Generations
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests.everybody import everybody
from tests.examples import PHONES
from tests.intake import NOON, Intake
from tests.matching import matching, parse_condition
from tests.worlds import bounded, folder

texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["2022-10-31T19:30:00+05:30", "0001-01-01", "9999-12-31T23:59:59.999999999Z", "x" * 200, "Å", "Å"]),
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
names = (
    st.sampled_from(["city", " city", "name", "phone", "tags", "A\u030a", "\u00c5", "stamp", '"', "$.a", "a.b"]) | texts
)
small = st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | texts
traits = st.dictionaries(names, st.none() | small | st.lists(small, max_size=3), max_size=3)
known = st.sampled_from([*PHONES[:2], *PHONES[:2], *PHONES[:2], "919967536783", 919967536783, "1", None])
rarely_wrong = {
    "userId": st.sampled_from(["u1", "u2", 17, "", None, "गेविन"]),
    "match": st.sampled_from(["phone", "", None]),
}
own = {
    "UserTracked": {"traits": traits | traits | st.sampled_from([None, ""]) | anything},
    "TagsAdded": {"tags": st.lists(st.sampled_from(["vip", " VIP", "\u00c5", "ß"]) | texts, min_size=1, max_size=3)},
    "EventTracked": {
        "event": st.sampled_from(["Order placed", "x"]) | texts,
        "traits": st.dictionaries(names, small | st.lists(st.dictionaries(names, small, max_size=2), max_size=2)),
    },
}
others = ("traits", "tags", "event", "mode", "row", "line", "rowend", "x")


def data_of(type):
    """Mostly right in the members that the type has; anything at all in those it does not have."""
    strange = {name: anything for name in others if name not in own[type]}
    return st.fixed_dictionaries(own[type] | {"phone": known}, optional=rarely_wrong | strange)


times = st.sampled_from(
    [None, "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1969-12-31", "x"]
)


@st.composite
def any_record(draw):
    type = draw(st.sampled_from(["UserTracked", "TagsAdded", "EventTracked"]))
    content = draw(data_of(type)) if draw(st.integers(0, 9)) else draw(anything)
    if draw(st.booleans()):
        name = draw(st.sampled_from(["ce_specversion", "CE_SpecVersion"]))
        headers = ((name, b"1.0"), ("ce_id", draw(texts).encode()), ("ce_source", b"s"), ("ce_type", type.encode()))
        return Record(0, 0, NOON, draw(st.none() | st.binary(max_size=4)), _json(content), headers)
    event = {"specversion": "1.0", "id": draw(texts) or "m", "source": "s", "type": type, "data": content}
    extras = {"time": draw(times), "subject": draw(anything), "comment": draw(anything)}
    return Record(0, 0, NOON, None, _json(event | extras))


def _json(document):
    """Integers of any size, as a publisher's own library may write them."""
    return json.dumps(document, ensure_ascii=False).encode()


@bounded(50)
@given(st.lists(any_record(), min_size=1, max_size=6))
def test_whatever_is_accepted_can_be_told_by_every_reader(stream):
    with folder() as here:
        with closing(Intake(here / "log.db")) as intake:
            intake.append(stream)
            intake.append(stream)
        with closing(SqliteLogReader(here / "log.db")) as log:
            generations = Generations(here / "state", StateFile)
            with closing(Projection(log, generations)) as projection:
                while projection.advance(2):
                    pass
            report = verify(log, generations.in_use(), StateFile(here / "scratch.db"))
            assert report.faults == ()
            with reading(generations.current_path()) as state:
                assert full_digest(state) == report.full_digest
                found = everybody(state)
                assert list(matching(found, [parse_condition("nobody has this!=x")], [])) == found
            for contact in found:
                orjson.dumps(contact_document(contact))
                component = log.component(contact.contact)
                orjson.dumps([event_document(step) for step in steps(log, component)])
                told = explain(log, component)
                orjson.dumps([told.values, told.tags])
