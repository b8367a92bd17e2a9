"""Erasing contacts whose orders follow one another: a driver leaves what each by itself leaves (R31)."""

import pytest

from tests.contracts.logs import LogByHand, SqliteLogPlace, entry
from tests.examples import ASHA, GAVIN, PHONES

NAMES = ["a", "b", "c", "d", "r"]


def naming(*phones):
    return b'{"data": {"note": "%s"}}' % " and ".join(phones).encode()


def nothing_else(log):
    """Three contacts, each with a name of its own."""
    log.create(GAVIN, "u1", message_id="a", value=b'{"data": {"traits": {"name": "Gavin"}}}')
    log.create(ASHA, message_id="b", source="https://asha.example")
    log.create(user_id="u3", message_id="c")
    return [1, 2, 3]


def a_rejected_message_names_two(log):
    contacts = nothing_else(log)
    log.append(entry(reason="invalid", raw_digest=b"1", message_id="r", value=naming(GAVIN, ASHA)))
    log.append(entry(reason="invalid", raw_digest=b"2", value=naming("+919812345678")))
    return contacts


def a_rejected_message_of_one_had_the_name_of_another(log):
    contacts = nothing_else(log)
    log.append(entry(reason="id_reused", raw_digest=b"1", message_id="c", value=naming(GAVIN)))
    return contacts


def a_skipped_row_names_one(log):
    contacts = nothing_else(log)
    row = {"source": "/imports/i1", "row": 1, "row_end": 1, "message_id": "i1.1"}
    log.append(entry(skipped=1, phone=int(GAVIN), value=naming(GAVIN), **row))
    return contacts


def a_skipped_row_was_rejected_before(log):
    contacts = nothing_else(log)
    log.append(entry(reason="invalid", raw_digest=b"1", message_id="r", value=naming(GAVIN)))
    log.append(entry(skipped=1, phone=int(GAVIN), message_id="r", value=naming(GAVIN)))
    return contacts


def a_rejected_message_was_taken_again(log):
    contacts = nothing_else(log)
    log.append(entry(reason="invalid", raw_digest=b"1", message_id="r", value=b"nobody is named"))
    log.append(entry(contact=1, raw_digest=b"1", message_id="d", phone=int(GAVIN)))
    return contacts


def a_skipped_row_was_taken_again(log):
    contacts = nothing_else(log)
    log.append(entry(reason="invalid", raw_digest=b"1", message_id="r", value=b"nobody is named"))
    log.append(entry(skipped=1, raw_digest=b"1", message_id="d", value=naming(ASHA)))
    return contacts


def one_has_another_number(log):
    contacts = nothing_else(log)
    log.change_number(1, PHONES[2], makes=True)
    return contacts


def a_number_was_given_up_and_is_another_s(log):
    contacts = nothing_else(log)
    log.change_number(1, PHONES[2], makes=True, gives_up=1)
    log.create(GAVIN)
    return [*contacts, 5]


def one_got_a_number_that_was_its_own_before(log):
    contacts = nothing_else(log)
    log.change_number(1, PHONES[2])
    return contacts


def an_undone_import_had_said_a_phone_that_is_another_s(log):
    _undone(log)
    log.create(GAVIN)
    return [1, 4]


def an_undone_import_had_said_a_user_id_that_is_another_s(log):
    _undone(log)
    log.create(user_id="u1")
    return [1, 4]


def what_an_undone_import_had_said_is_of_two_by_now(log):
    _undone(log)
    log.create(GAVIN)
    log.create(user_id="u1")
    return [4, 5]


def _undone(log):
    log.create(GAVIN, "u1", source="/imports/i1", message_id="i1.1", row=1, row_end=1)
    log.append(entry(source="/imports/i1", type="ImportSplit", message_id="i1.split"))
    log.order("ImportUndone", "/imports/i1")


def two_are_one(log):
    contacts = nothing_else(log)
    log.merge(ASHA, "u3")
    return contacts


def two_were_one(log):
    contacts = nothing_else(log)
    log.by_hand("ContactsMerged", 1, 2)
    log.about(1, ASHA)
    log.by_hand("ContactsSplit", 1, 2)
    return contacts


def one_is_erased(log):
    contacts = nothing_else(log)
    log.erase(2)
    return contacts


HISTORIES = [
    nothing_else,
    a_rejected_message_names_two,
    a_rejected_message_of_one_had_the_name_of_another,
    a_skipped_row_names_one,
    a_skipped_row_was_rejected_before,
    a_rejected_message_was_taken_again,
    a_skipped_row_was_taken_again,
    one_has_another_number,
    a_number_was_given_up_and_is_another_s,
    one_got_a_number_that_was_its_own_before,
    an_undone_import_had_said_a_phone_that_is_another_s,
    an_undone_import_had_said_a_user_id_that_is_another_s,
    what_an_undone_import_had_said_is_of_two_by_now,
    two_are_one,
    two_were_one,
    one_is_erased,
]


def left(log):
    """What a log says of its contacts and of those who are erased."""
    reader, last = log.reader, log.log.head().position
    expected = log.log.offsets("b")
    with log.log.appending("b", expected, {0: expected[0]}) as batch:
        taken = batch.taken({"s": NAMES})
        known = batch.load_identities(PHONES, ["u1", "u3"])
        found = [known.by_phone(phone) for phone in PHONES], [known.by_user_id(one) for one in ("u1", "u3")]
    return {
        "entries": reader.read(0, last),
        "emptied": [one.emptied for one in reader.erasures(last)],
        "sought": reader.unfinished_erasures(),
        "erased": reader.erased_among(range(1, last)),
        "names": reader.erased_names(),
        "taken": {name: (one.position, one.value) for name, one in taken.items()},
        "found": found,
        "source": reader.source_number("https://asha.example"),
        "survivors": reader.survivors(list(range(1, last))),
    }


@pytest.mark.parametrize("keeps_out", [False, True], ids=["", "and kept out"])
@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.__name__.replace("_", " "))
def test_contacts_erased_together_leave_what_each_by_itself_leaves(tmp_path, history, keeps_out):
    contacts = history(LogByHand(SqliteLogPlace(_folder(tmp_path, "any"))))
    for number, order in enumerate((contacts, contacts[::-1])):
        one, many = (LogByHand(SqliteLogPlace(_folder(tmp_path, f"{name}{number}"))) for name in ("one", "many"))
        history(one)
        history(many)
        for contact in order:
            one.erase_together([contact], keeps_out=keeps_out)
        many.erase_together([*order, order[0]], keeps_out=keeps_out)
        assert left(many) == left(one)


def _folder(tmp_path, name):
    made = tmp_path / name
    made.mkdir()
    return made
