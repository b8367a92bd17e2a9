"""A row's messages are the same bytes each time, in whatever way they are put together."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.signing import Signer
from service.imports.rows.row import Row
from service.imports.run.import_messages import ImportMessages

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.one_of(TEXT, st.booleans(), st.none(), st.integers(-(2**53), 2**53), st.lists(TEXT, max_size=3))
SIGNER, TIME = Signer(b"secret" * 8), "2026-11-28T10:00:00Z"


@given(
    user_id=st.none() | TEXT,
    traits=st.dictionaries(TEXT, VALUES, max_size=4),
    mode=st.sampled_from(["upsert", "create", "update"]),
    tags=st.lists(TEXT, max_size=2),
)
def test_a_rows_messages_say_it_in_one_order_without_spaces(user_id, traits, mode, tags):
    row = Row(user_id, orjson.dumps(traits).decode())
    found = ImportMessages("i1", TIME, mode, tags, SIGNER).of_row(7, 3, 4, "+919967536783", row)
    who = {"phone": "+919967536783"} | ({} if user_id is None else {"userId": user_id})
    where = {"match": "phone", "mode": mode, "row": 3, "line": 4}
    end = {"rowend": True}
    said = [("UserTracked", "u", who | {"traits": traits} | where | ({} if tags else end))]
    if tags:
        said.append(("TagsAdded", "t", who | where | {"tags": tags} | end))
    assert [(one.key, one.value) for one in found] == [
        (
            b"+919967536783",
            SIGNER.message(source="/imports/i1", id=f"i1.000007.{name}", type=type, time=TIME, data=orjson.dumps(data)),
        )
        for type, name, data in said
    ]
