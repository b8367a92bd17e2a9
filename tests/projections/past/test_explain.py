"""Why each value is what it is, and which others lost by which rule (R30)."""

from contextlib import closing

import pytest

from ledger.log.sqlite.reading.reader import SqliteLogReader
from projections.past.explain import LATE, NOT_NEEDED, REPLACED, explain
from tests.examples import GAVIN
from tests.intake import SHOP, message, order_message, row_message, tracked


@pytest.fixture
def log(room):
    with closing(SqliteLogReader(room.intake.path)) as reader:
        yield reader


def said(value, position):
    return {"value": value, "position": position}


def short(told):
    return said(told["value"], told["position"])


def test_a_value_is_told_with_the_event_that_set_it(room, log):
    room.take(
        message("UserTracked", {"phone": GAVIN, "traits": {"city": "Pune"}}, id="e1", time="2020-01-01T00:00:00Z")
    )
    assert explain(log, (1,)).values["city"] == {
        "value": "Pune",
        "position": 1,
        "event": "e1",
        "source": SHOP,
        "stated_at": "2020-01-01T00:00:00Z",
        "lost": [],
        "lost_total": 0,
    }


def test_an_older_value_lost_because_it_was_replaced(room, log):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), tracked(phone=GAVIN, traits={"city": "Agra"}))
    told = explain(log, (1,)).values["city"]
    assert short(told) == said("Agra", 2)
    assert [(short(lost), lost["rule"]) for lost in told["lost"]] == [(said("Pune", 1), REPLACED)]


def test_a_late_value_lost_because_a_newer_one_was_there(room, log):
    """R4."""
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}))
    room.take(message("UserTracked", {"phone": GAVIN, "traits": {"city": "Agra"}}, time="2020-01-01T00:00:00Z"))
    told = explain(log, (1,)).values["city"]
    assert short(told) == said("Pune", 1)
    assert [(short(lost), lost["rule"]) for lost in told["lost"]] == [(said("Agra", 2), LATE)]


def test_a_cleared_trait_is_told_with_what_cleared_it(room, log):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), tracked(phone=GAVIN, traits={"city": None}))
    told = explain(log, (1,)).values["city"]
    assert short(told) == said(None, 2)
    assert [short(lost) for lost in told["lost"]] == [said("Pune", 1)]


def test_identities_are_told_with_what_attached_them(room, log):
    room.take(tracked(phone=GAVIN), tracked(phone=GAVIN, userId="u1"))
    values = explain(log, (1,)).values
    assert (short(values["phone"]), short(values["user_id"])) == (said(GAVIN, 1), said("u1", 2))


def test_after_a_merge_an_identity_is_told_with_what_first_claimed_it(room, log):
    room.take(tracked(phone=GAVIN), tracked(userId="u1"), tracked(phone=GAVIN, userId="u1"))
    values = explain(log, (1, 2)).values
    assert (short(values["phone"]), short(values["user_id"])) == (said(GAVIN, 1), said("u1", 2))


def test_a_merge_is_told_as_what_set_a_phone_that_only_it_still_asserts(room, log):
    """R32: the import that first had the phone is undone."""
    room.take(tracked(userId="u1"), row_message(1, "u", {"phone": GAVIN}, is_last=True))
    room.take(tracked(phone=GAVIN, userId="u1"), order_message("ImportUndone", "undo", published=1))
    values = explain(log, log.component(1)).values
    assert (short(values["phone"]), short(values["user_id"])) == (said(GAVIN, 3), said("u1", 1))
    assert [short(lost) for lost in values["phone"]["lost"]] == [said(GAVIN, 2)]


def test_a_trait_called_like_an_identity_is_told_apart(room, log):
    """R2: such a trait is an ordinary one and never touches identity."""
    room.take(tracked(phone=GAVIN, traits={"phone": "landline", "user_id": "x"}))
    values = explain(log, (1,)).values
    assert values["phone"]["value"] == GAVIN
    assert "user_id" not in values
    assert (values["traits.phone"]["value"], values["traits.user_id"]["value"]) == ("landline", "x")


def test_a_skipped_row_claims_nothing(room, log):
    """R18: it folds to nothing, so it neither wins nor loses."""
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), time=1)
    room.take(row_message(1, "u", {"phone": GAVIN, "mode": "create", "traits": {"city": "Agra"}}, is_last=True))
    told = explain(log, (1,)).values["city"]
    assert short(told) == said("Pune", 1)
    assert told["lost"] == []


def test_values_are_told_in_the_form_in_which_they_are_kept(room, log):
    """R3."""
    room.take(tracked(phone=GAVIN, traits={" seen ": "2022-10-31T19:30:00.000+05:30"}))
    assert explain(log, (1,)).values["seen"]["value"] == "2022-10-31T14:00:00.000Z"


def test_each_tag_is_told_with_the_event_that_added_it(room, log):
    """R5: the spelling of the first event that counts."""
    room.take(message("TagsAdded", {"phone": GAVIN, "tags": ["VIP"]}, id="e1", time="2020-01-01T00:00:00Z"))
    room.take(message("TagsAdded", {"phone": GAVIN, "tags": ["vip", "new"]}))
    first, second = explain(log, (1,)).tags
    assert first == {
        "value": "VIP",
        "position": 1,
        "event": "e1",
        "source": SHOP,
        "stated_at": "2020-01-01T00:00:00Z",
    }
    assert short(second) == said("new", 2)


def test_the_past_can_be_explained_too(room, log):
    room.take(tracked(phone=GAVIN, traits={"city": "Pune"}), tracked(phone=GAVIN, traits={"city": "Agra"}))
    assert short(explain(log, (1,), until=1).values["city"]) == said("Pune", 1)


def test_a_value_that_was_only_to_fill_says_why_it_lost(room, log):
    """R18."""
    room.take(
        tracked(phone=GAVIN, traits={"city": "Pune"}),
        row_message(1, "u", {"phone": GAVIN, "traits": {"city": "Agra", "area": "Camp"}, "fill": True}, is_last=True),
    )
    values = explain(log, (1,)).values
    assert [(short(lost), lost["rule"]) for lost in values["city"]["lost"]] == [(said("Agra", 2), NOT_NEEDED)]
    assert short(values["area"]) == said("Camp", 2)


def test_only_an_import_can_say_that_it_fills(room, log):
    """R18: in anybody else's message the member means nothing."""
    room.take(
        tracked(phone=GAVIN, traits={"city": "Pune"}),
        tracked(phone=GAVIN, traits={"city": "Agra"}, fill=True),
    )
    assert short(explain(log, (1,)).values["city"]) == said("Agra", 2)
