"""Whatever order follows whatever message, log and state prove themselves, and a rebuild says the same (R28).

Merges, splits, changed numbers, undos, redos, erasures and readmissions at once, with people so few that they meet.
"""

from contextlib import closing
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.bus.port import Record
from ledger.events import moments
from tests.examples import PHONES
from tests.intake import (
    NOON,
    SECOND,
    apart_message,
    erasure_message,
    identity_faults,
    merge_message,
    message,
    number_message,
    order_message,
    readmission_message,
    row_message,
)
from tests.projections.conftest import Room
from tests.projections.proof import anew, faults, live
from tests.worlds import bounded, folder

FEW_PHONES, USER_IDS, IMPORTS = PHONES[:4], ("u1", "u2", "u3"), ("i1", "i2")

matches = st.sampled_from(["phone", "either"])
phones, user_ids, sure = st.sampled_from(FEW_PHONES), st.sampled_from(USER_IDS), st.booleans()
contacts = st.integers(1, 6).map(lambda number: UUID(int=number))
values = st.sampled_from(["Pune", "Agra", 1, None])
traits = st.fixed_dictionaries(
    {}, optional={"city": values, "n": values, "whatsapp_opted": st.sampled_from([True, False, None])}
)
about = st.one_of(
    st.fixed_dictionaries({"phone": phones}),
    st.fixed_dictionaries({"userId": user_ids}),
    st.fixed_dictionaries(
        {"phone": phones, "userId": user_ids}, optional={"match": st.sampled_from(["phone", "either"])}
    ),
)
of_row = st.fixed_dictionaries(
    {"phone": phones, "match": matches},
    optional={"userId": user_ids, "mode": st.sampled_from(["create", "update"]), "fill": st.just(True)},
)
KINDS = ("fact", "fact", "fact", "tags", "row", "undo", "merge", "split", "number", "number", "erase", "readmit")


@st.composite
def histories(draw):
    """The messages of a log, in order."""
    made, given = [], dict.fromkeys(IMPORTS, 0)
    for number in range(draw(st.integers(2, 24))):
        kind, of = draw(st.sampled_from(KINDS)), draw(st.sampled_from(IMPORTS))
        source, id = f"/imports/{of}", f"m{number}"
        match kind:
            case "fact":
                at = {"time": moments.text(NOON + draw(st.integers(-4, 2)) * SECOND)} if draw(sure) else {}
                made.append(message("UserTracked", draw(about) | {"traits": draw(traits)}, id=id, **at))
            case "tags":
                made.append(message("TagsAdded", draw(about) | {"tags": ["vip"]}, id=id))
            case "row":
                said = draw(of_row)
                made.append(
                    row_message(
                        number, "u", said | {"traits": draw(traits)}, source=source, is_last=not (two := draw(sure))
                    )
                )
                made += [row_message(number, "t", said | {"tags": ["row"]}, source=source, is_last=True)] if two else []
            case "undo":
                order = ("ImportUndone", "ImportRedone")[given[of] % 2]
                given[of] += 1
                made.append(order_message(order, f"{of}.order.{number}", source=source, published=0))
            case "merge":
                made.append(merge_message(draw(contacts), draw(contacts), id=id))
            case "split":
                made.append(apart_message(draw(contacts), id=id))
            case "number":
                made.append(number_message(draw(contacts), draw(phones), id=id, oldBeginsAnew=draw(sure)))
            case "erase":
                made.append(erasure_message(str(draw(contacts)), id, keep_out=draw(sure)))
            case "readmit":
                made.append(readmission_message("phone", draw(phones)))
    return made


def happen(room, history, data):
    for number, value in enumerate(history):
        room.intake.append([Record(0, number, NOON + number * SECOND, None, value)])
        if data.draw(st.integers(0, 3)) == 0:
            room.project(3)
    room.project(4)


@bounded(60)
@given(histories(), st.data())
def test_log_and_state_prove_themselves_and_a_rebuild_says_the_same(history, data):
    with folder() as place, closing(Room(place)) as room:
        happen(room, history, data)
        assert faults(room) == []
        assert live(room) == anew(room)
        with closing(room.state()) as state:
            assert state.totals().contacts == state.count()
        assert identity_faults(room.reader) == []
