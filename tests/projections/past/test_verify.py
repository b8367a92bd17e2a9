"""Verify finds any byte that was changed in log or state, and names the position (R28)."""

from contextlib import closing

import pytest

from ledger import sqlite
from ledger.log.head import Head
from projections.past.verify import verify
from projections.state.sqlite.file import StateFile
from tests.examples import ASHA, GAVIN, RAVI
from tests.intake import message, row_message, tracked


@pytest.fixture
def filled(room):
    """Six entries: two contacts with values, one merged away, one rejected message, one import row."""
    room.take(tracked(phone=GAVIN, traits={"city": "Pune", "n": 1}))
    room.take(tracked(userId="u1"), tracked(phone=ASHA), tracked(phone=ASHA, userId="u1", traits={"city": "Agra"}))
    room.take(tracked(phone="1"), row_message(1, "u", {"phone": RAVI, "traits": {"city": "Goa"}}, is_last=True))
    room.project()
    return room


def check(room, **options):
    return verify(room.reader, room.generations.in_use(), StateFile(room.folder / "scratch.db"), **options)


def faults(room, **options):
    report = check(room, **options)
    assert report.ok == (not report.faults)
    return [(fault.position, fault.fault) for fault in report.faults]


def tamper_log(room, *statements):
    """As somebody would who has the file: the triggers are no hindrance, and are there again afterwards."""
    with closing(sqlite.connect(room.intake.path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        taken_away = [f"DROP TRIGGER {name}" for name, _ in guards]
        for statement in [*taken_away, *statements, *(declaration for _, declaration in guards)]:
            connection.execute(statement)


def tamper_state(room, statement):
    with closing(sqlite.connect(room.generations.current_path())) as connection:
        connection.execute(statement)


def test_a_sound_ledger_has_no_faults(filled):
    report = check(filled)
    assert report.ok
    assert (report.events, report.contacts) == (6, 3)


def test_an_empty_ledger_has_no_faults(room):
    room.project()
    assert check(room).ok


def test_the_digests_are_those_of_the_state(filled):
    report = check(filled)
    room_again = check(filled)
    assert (report.content_digest, report.full_digest) == (room_again.content_digest, room_again.full_digest)
    assert len(report.full_digest) == 64


FLIPS = {
    "recorded": "recorded + 1",
    "stated": "stated + 1",
    "bus_time": "bus_time + 1",
    "type": "'TagsAdded'",
    "contact": "contact + 1",
    "contact_id": "x'00'",
    "absorbed": "1",
    "skipped": "1",
    "kind": "'hub'",
    "import": "7",
    "row": "7",
    "row_end": "1",
    "raw_digest": "x'00'",
    "source": "(SELECT max(source) FROM sources)",
    "message_id": "message_id || 'x'",
    "key": "x'00'",
    "headers": "x'90'",
    "value": "CAST(replace(CAST(value AS TEXT), 'Pune', 'Puna') AS BLOB)",
    "phone": "phone + 1",
    "user_id": "'u9'",
    "detail": "'x'",
    "salt": "zeroblob(16)",
    "commitment": "zeroblob(32)",
    "hash": "zeroblob(32)",
}


@pytest.mark.parametrize("column", FLIPS)
def test_a_changed_column_of_an_entry_is_found_at_its_position(filled, column):
    tamper_log(filled, f"UPDATE entries SET {column} = {FLIPS[column]} WHERE position = 1")
    assert 1 in [position for position, _ in faults(filled)]


def test_every_column_of_the_log_is_covered(filled):
    with closing(sqlite.connect(filled.intake.path)) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(entries)")}
    assert columns == set(FLIPS) | {"position", "reason"}


def test_a_message_made_accepted_is_found(filled):
    tamper_log(filled, "UPDATE entries SET reason = NULL WHERE position = 5")
    assert 5 in [position for position, _ in faults(filled)]


@pytest.mark.parametrize("position", [1, 3, 5])
def test_a_removed_entry_is_found_at_its_position(filled, position):
    tamper_log(filled, f"DELETE FROM entries WHERE position = {position}")
    found = faults(filled)
    assert (position, f"missing: the next entry is {position + 1}") in found


def test_two_entries_that_changed_places_are_found(filled):
    tamper_log(
        filled,
        "UPDATE entries SET position = 99 WHERE position = 2",
        "UPDATE entries SET position = 2 WHERE position = 3",
        "UPDATE entries SET position = 3 WHERE position = 99",
    )
    assert 2 in [position for position, _ in faults(filled)]


def test_an_emptied_entry_without_an_erasure_is_found(filled):
    tamper_log(filled, "UPDATE entries SET salt = NULL, value = NULL, message_id = NULL WHERE position = 4")
    assert (4, "emptied without an erasure in the log") in faults(filled)


def test_a_renamed_source_is_found_at_every_entry_from_it(filled):
    tamper_log(filled, "UPDATE sources SET name = 'https://evil.example' WHERE source = 1")
    assert {position for position, _ in faults(filled)} >= {1, 2, 3, 4}


def test_a_cut_tail_is_found_by_the_states_checkpoint(filled):
    tamper_log(filled, "DELETE FROM entries WHERE position > 4")
    assert (6, "the state was folded from another log than this one") in faults(filled)


def test_a_cut_tail_is_found_by_a_saved_head_even_when_the_state_is_gone(filled):
    """Decision 15: the head noted down elsewhere."""
    saved = filled.reader.head()
    assert faults(filled, saved_head=saved) == []
    tamper_log(filled, "DELETE FROM entries WHERE position > 4", "DELETE FROM contacts WHERE contact > 4",
               "DELETE FROM phones WHERE contact > 4")  # fmt: skip
    for path in filled.generations.folder.iterdir():
        path.unlink()
    filled.project()
    assert (6, "the log ends at 4, before the saved head") in faults(filled, saved_head=saved)


def test_a_log_that_was_written_anew_is_found_by_a_saved_head(filled):
    saved = Head(1, b"x" * 32, 0)
    assert faults(filled, saved_head=saved) == [(1, "the log's hash is not the saved head's")]


STATE = {
    "a value": "UPDATE contacts SET traits = replace(traits, 'Pune', 'Puna')",
    "a value's type": "UPDATE contacts SET traits = replace(traits, ':1', ':true')",
    "a phone": "UPDATE contacts SET phone = phone + 1 WHERE contact = 1",
    "a user id": "UPDATE contacts SET user_id = 'u9' WHERE contact = 2",
    "an id": "UPDATE contacts SET id = zeroblob(16) WHERE contact = 2",
    "a moment": "UPDATE contacts SET modified = modified + 1 WHERE contact = 2",
    "a tag": "UPDATE contacts SET tags = '[[\"vip\", 1]]' WHERE contact = 2",
    "a removed contact": "DELETE FROM contacts WHERE contact = 1",
    "an added contact": "INSERT INTO contacts SELECT 9, id, 1, 'u9', created, modified, position, traits, stamps, tags"
    " FROM contacts WHERE contact = 1",
    "JSON that is none": "UPDATE contacts SET traits = '{' WHERE contact = 1",
    "JSON of another shape": "UPDATE contacts SET stamps = '7' WHERE contact = 1",
    "an outcome": "UPDATE outcomes SET outcome = 'updated'",
    "a removed outcome": "DELETE FROM outcomes",
    "an import's count": "UPDATE imports SET created = 7",
}


@pytest.mark.parametrize("what", STATE)
def test_a_state_that_was_changed_by_hand_is_found(filled, what):
    tamper_state(filled, STATE[what])
    assert faults(filled)


def test_a_contact_that_is_not_what_the_log_says_is_named(filled):
    tamper_state(filled, STATE["a value"])
    assert faults(filled) == [(1, "contact 1 is not what the log folds to")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE phones SET contact = 2 WHERE contact = 1",
        "DELETE FROM phones",
        "UPDATE user_ids SET user_id = 'u9'",
        "UPDATE contacts SET phone = NULL WHERE contact = 1",
        "UPDATE contacts SET id = zeroblob(16) WHERE contact = 1",
        "DELETE FROM contacts WHERE contact = 1",
        "UPDATE merges SET survivor = absorbed",
        "UPDATE merges SET until = since + 1",
        "DELETE FROM merges",
    ],
)
def test_identities_that_were_changed_by_hand_are_found(filled, statement):
    tamper_log(filled, statement)
    assert faults(filled)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entries_are_kept",
        "DROP INDEX entries_accepted_once",
        "CREATE TRIGGER helpful AFTER INSERT ON entries BEGIN UPDATE contacts SET user_id = NULL; END",
    ],
)
def test_a_guard_of_the_log_that_was_taken_away_or_added_is_found(filled, statement):
    with closing(sqlite.connect(filled.intake.path)) as connection:
        connection.execute(statement)
    assert [position for position, _ in faults(filled)] == [0]


def test_a_state_that_lags_behind_is_no_fault(filled):
    filled.take(tracked(phone=GAVIN), message("TagsAdded", {"phone": GAVIN, "tags": ["vip"]}))
    report = check(filled)
    assert report.ok
    assert report.events == 8


def test_so_many_faults_are_named_and_no_more(room):
    room.take(*[tracked(phone=GAVIN) for _ in range(150)])
    room.project()
    tamper_log(room, "UPDATE entries SET value = x'7B7D'")
    assert len(faults(room)) <= 300


def test_progress_is_told_by_position(filled):
    told = []
    check(filled, progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (3, 6)
