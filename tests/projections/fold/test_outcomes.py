"""What became of an import's rows: exact, decided once, the same live and rebuilt (R18, R22)."""

from contextlib import closing

import orjson
import pytest
from msgspec.structs import replace

from ledger.events.signing import Signer
from ledger.log.entry import NewEntry
from projections.projector.ranges import Sizes
from projections.projector.rebuild import fold_into
from projections.state.digest import full_digest
from projections.state.sqlite.file import StateFile
from projections.state.sqlite.reader import reading
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import SECRET, message, order_message, reasons, retry_message, row_message, tracked

LONG_AFTER = "2023-11-14T22:13:20.500Z"
"""Stated for later than the rows of `row_message`, and not later than the bus takes it."""


def row(number, phone, *, city="Pune", tags=("vip",), mode="upsert", user_id=None, source="/imports/i1"):
    data = {"phone": phone, "mode": mode} | ({"userId": user_id} if user_id else {})
    first = row_message(number, "u", data | {"traits": {"city": city}}, is_last=not tags, source=source)
    second = row_message(number, "t", data | {"tags": list(tags)}, is_last=True, source=source)
    return [first, second] if tags else [first]


def test_a_row_of_a_new_contact_is_created(room):
    room.take(*row(1, GAVIN), *row(2, ASHA, tags=()))
    room.project()
    assert room.outcomes() == [(1, "created", False), (2, "created", False)]


def test_a_row_that_changes_something_is_updated(room):
    room.take(tracked(phone=GAVIN, traits={"city": "Agra"}), time=1)
    room.take(*row(1, GAVIN, tags=()))
    room.project()
    assert room.outcomes() == [(1, "updated", False)]


def test_a_row_that_only_adds_a_tag_is_updated(room):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), time=1)
    room.take(*row(1, GAVIN))
    room.project()
    assert room.outcomes() == [(1, "updated", False)]


def test_a_row_whose_every_value_is_the_current_one_is_unchanged(room):
    room.take(*row(1, GAVIN))
    room.take(*row(2, GAVIN))
    room.project()
    assert room.outcomes() == [(1, "created", False), (2, "unchanged", False)]


def test_a_row_whose_value_lost_to_a_newer_one_is_unchanged_and_older(room):
    """R4, R22."""
    room.take(message("UserTracked", {"phone": GAVIN, "traits": {"city": "Agra"}}, time=LONG_AFTER), time=2 * 10**15)
    room.take(*row(1, GAVIN, tags=()))
    room.project()
    assert room.outcomes() == [(1, "unchanged", True)]


def test_a_row_that_lost_one_value_and_won_another_is_updated_and_older(room):
    room.take(message("UserTracked", {"phone": GAVIN, "traits": {"city": "Agra"}}, time=LONG_AFTER), time=2 * 10**15)
    room.take(*row(1, GAVIN))
    room.project()
    assert room.outcomes() == [(1, "updated", True)]


def test_a_row_in_conflict_is_rejected(room):
    """R17."""
    room.take(tracked(phone=GAVIN, userId="u1"))
    room.take(*row(1, GAVIN, user_id="u2"))
    room.project()
    assert room.outcomes() == [(1, "rejected", False)]


def test_a_row_of_which_one_message_was_rejected_is_rejected(room):
    """R22: the first that applies."""
    first, _ = row(1, GAVIN)
    second = row_message(1, "t", {"phone": GAVIN, "userId": "u9", "tags": ["vip"]}, is_last=True)
    room.take(tracked(phone=ASHA, userId="u9"), first, second)
    room.project()
    assert room.outcomes() == [(1, "rejected", False)]


@pytest.mark.parametrize(("mode", "phone"), [("create", GAVIN), ("update", ASHA)])
def test_a_row_that_the_mode_leaves_out_is_skipped_and_changes_nothing(room, mode, phone):
    """R18."""
    room.take(tracked(phone=GAVIN, traits={"city": "Agra"}))
    room.take(*row(1, phone, mode=mode))
    room.project()
    assert room.outcomes() == [(1, "skipped", False)]
    assert [(contact["phone"], contact["traits"], contact["tags"]) for contact in room.contacts()] == [
        (GAVIN, {"city": "Agra"}, [])
    ]


def test_a_row_is_pending_until_its_last_message_was_folded(room):
    first, second = row(1, GAVIN)
    room.take(first)
    room.project()
    assert room.outcomes() == []
    room.take(second)
    room.project()
    assert room.outcomes() == [(1, "created", False)]


@pytest.mark.parametrize("page", [1, 2, 3, 5])
def test_pages_and_restarts_between_a_rows_messages_change_no_outcome(room, page):
    room.take(tracked(phone=RAVI), *row(1, GAVIN), *row(2, ASHA), *row(3, GAVIN), *row(4, RAVI, tags=()))
    for _ in range(12):
        room.project(page=page)
    assert [outcome for _, outcome, _ in room.outcomes()] == ["created", "created", "unchanged", "updated"]


def test_outcomes_are_counted_by_import(room):
    room.take(*row(1, GAVIN), *row(2, ASHA, source="/imports/i2"), *row(3, GAVIN))
    room.project()
    with closing(room.state()) as state:
        first, second = state.tally("i1"), state.tally("i2")
        assert state.tally("i3") is None
    assert (first.created, first.unchanged, second.created) == (1, 1, 1)


def test_later_events_change_no_outcome(room):
    """R22: written once; live and rebuilt alike."""
    room.take(*row(1, GAVIN))
    room.project()
    room.take(tracked(phone=GAVIN, traits={"city": "Goa"}))
    room.project()
    fold_into(StateFile(room.folder / "again.db"), room.reader)
    with closing(room.state()) as live, reading(room.folder / "again.db") as again:
        assert full_digest(live) == full_digest(again)
    assert room.outcomes() == [(1, "created", False)]


def test_a_forged_message_in_an_imports_name_is_no_row_of_it(room):
    """R33: anybody may publish to the topic."""
    forged = {"phone": GAVIN, "row": 1, "rowend": True}
    room.take(
        message("UserTracked", forged, source="/imports/i1"),
        message("NoSuchType", forged, source="/imports/i1"),
        *row(1, ASHA),
    )
    room.project()
    assert room.outcomes() == [(1, "created", False)]


def test_an_imports_own_messages_are_kept_with_its_counts(room):
    signer = room.intake.appender._signer
    for part, data in (("started", {"file": "a.csv"}), ("split", {"rows": 2})):
        kind = {"started": "ImportStarted", "split": "ImportSplit"}[part]
        room.take(
            signer.message(
                source="/imports/i1", id=f"i1.{part}", type=kind, time="2023-11-14T22:13:20Z", data=orjson.dumps(data)
            )
        )
    room.project()
    with closing(room.state()) as state:
        tally = state.tally("i1")
    assert (orjson.loads(tally.started), orjson.loads(tally.split)) == ({"file": "a.csv"}, {"rows": 2})
    assert room.contacts() == []


def decided(number, part, *, contact=None, is_last, reason=None):
    """An entry as a version wrote it that decided a rejected message again when other bytes came around it."""
    value = row_message(number, part, {"phone": GAVIN, "traits": {}}, is_last=is_last)
    made = NewEntry(
        bus_time=1,
        stated=1,
        type="UserTracked",
        source="/imports/i1",
        message_id=f"i1.{number:06}.{part}",
        value=value,
        row=number,
        row_end=int(is_last),
    )
    if reason is not None:
        return replace(made, reason=reason, detail="", raw_digest=bytes(32))
    id = None if contact is None else contact.to_bytes(16, "big")
    return replace(made, contact=contact, contact_id=id, user_id=f"u{contact}")


REJECTED = "identity_conflict"
TWICE = {
    "rejected twice": [
        decided(1, "u", is_last=True, reason=REJECTED),
        decided(1, "u", is_last=True, reason=REJECTED),
        decided(1, "u", is_last=True, reason=REJECTED),
    ],
    "rejected, then accepted": [
        decided(1, "u", is_last=True, reason=REJECTED),
        decided(1, "u", is_last=True, contact=2),
    ],
    "its second message rejected, then both accepted": [
        decided(1, "u", is_last=False, contact=1),
        decided(1, "t", is_last=True, reason=REJECTED),
        decided(1, "t", is_last=True, contact=3),
    ],
    "its first message rejected, then accepted when the row was closed": [
        decided(1, "u", is_last=False, reason=REJECTED),
        decided(1, "t", is_last=True, contact=2),
        decided(1, "u", is_last=False, contact=3),
    ],
}


@pytest.mark.parametrize("entries", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("page", [1, 2, 10])
def test_the_outcome_of_a_row_is_written_once_whatever_an_older_log_says_later(room, tmp_path, entries, page):
    """R22."""
    with room.intake.log.appending("bus", {}, {0: 1}) as batch:
        for entry in entries:
            batch.add(entry)
    room.project(page)
    assert room.outcomes() == [(1, "rejected", False)]
    fold_into(StateFile(tmp_path / "rebuilt.db"), room.reader, sizes=Sizes(contacts=1))
    with closing(room.state()) as live, reading(tmp_path / "rebuilt.db") as rebuilt:
        assert full_digest(live) == full_digest(rebuilt)
        assert (live.tally("i1").rejected, live.tally("i1").created) == (1, 0)
        assert live.rows("SELECT count(*) FROM open_rows", ()).__next__() == (0,)


def signed(id, number, phone, city="Pune"):
    data = {"phone": phone, "traits": {"city": city}, "match": "phone", "row": number, "line": 1, "rowend": True}
    return Signer(SECRET).message(
        source="/imports/i1", id=id, type="UserTracked", time="2023-11-14T22:13:20Z", data=orjson.dumps(data)
    )


def test_a_row_whose_id_is_another_rows_counts_as_rejected(room):
    """R22: an import that was resumed under other rules could do so once."""
    room.take(signed("i1.000001.u", 1, GAVIN), signed("i1.000001.u", 2, ASHA), signed("i1.000002.u", 3, RAVI))
    room.project()
    assert sorted(room.outcomes()) == [(1, "created", False), (2, "rejected", False), (3, "created", False)]


def test_a_row_that_says_something_else_under_its_own_id_keeps_its_outcome(room):
    """R22."""
    room.take(signed("i1.000001.u", 1, GAVIN), signed("i1.000001.u", 1, GAVIN, city="Agra"))
    room.project()
    assert room.outcomes() == [(1, "created", False)]


@pytest.mark.parametrize("page", [1, 10])
def test_a_retry_that_is_refused_since_the_import_is_undone_leaves_the_row_its_outcome(room, page):
    """R22."""
    room.take(tracked(phone=ASHA, userId="u1"))
    (refused,) = room.take(*row(1, GAVIN, user_id="u1", tags=()))
    corrected = {"phone": GAVIN, "match": "phone", "row": 1, "line": 2, "rowend": True}
    taken, late = (retry_message(refused, data=corrected, by=by) for by in ("asha", "meera"))
    assert reasons(room.take(taken, order_message("ImportUndone", "o1", published=1))) == [None, None]
    assert reasons(room.take(late)) == ["import_undone"]
    room.project(page)
    assert room.outcomes() == [(1, "created", False)]
    with closing(room.state()) as state:
        assert (state.tally("i1").created, state.tally("i1").rejected) == (1, 0)
