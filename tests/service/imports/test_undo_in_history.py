"""What history, explanations and the past say of an import that was undone (R29, R30, R32)."""

from contextlib import closing

import pytest

from service.queries.contact import contact as documents
from service.queries.contact.find import Unknown, find
from service.queries.contact.origins import Origins
from tests.examples import GAVIN
from tests.service.imports.orders import REDO, UNDO, order


def test_the_history_shows_undo_and_redo_with_what_they_changed_and_who_wanted_it(imports, world):
    brought = imports.bring(f"Name,Phone\nGavin,{GAVIN}\n", tags=("vip",))
    order(imports, brought, UNDO)
    order(imports, brought, REDO)
    with closing(world.log()) as log:
        *_, undone, redone = documents.history(log, find(log, GAVIN), Origins(log))["events"]
    assert [(one["type"], one["by"], one["import"]) for one in (undone, redone)] == [
        ("ImportUndone", "cli:asha", brought["id"]),
        ("ImportRedone", "cli:asha", brought["id"]),
    ]
    assert undone["changes"] == [
        {"attribute": "phone", "from": GAVIN, "to": None},
        {"attribute": "name", "from": "Gavin", "to": None},
        {"attribute": "tags", "from": "vip", "to": None},
    ]
    assert [(one["from"], one["to"]) for one in redone["changes"]] == [
        (one["to"], one["from"]) for one in undone["changes"]
    ]


def test_an_explanation_says_that_a_value_came_back_because_an_import_was_undone(imports, world):
    world.track(phone=GAVIN, city="Agra", time="2020-01-01T00:00:00Z")
    world.settle()
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    with closing(world.log()) as log:
        told = documents.explain(log, find(log, GAVIN), Origins(log))["values"]["city"]
    assert told["value"] == "Agra"
    (lost,) = told["lost"]
    assert (lost["value"], lost["rule"]) == (
        "Pune",
        f"its import was undone at position {undone['undoing']['position']}, so it no longer counts",
    )


def test_an_explanation_shows_a_value_that_an_undo_took_away_as_null_set_by_the_undo(imports, world):
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    with closing(world.log()) as log:
        told = documents.explain(log, find(log, GAVIN), Origins(log))["values"]
    for name, value in (("city", "Pune"), ("phone", GAVIN)):
        assert (told[name]["value"], told[name]["position"]) == (None, undone["undoing"]["position"])
        assert [one["value"] for one in told[name]["lost"]] == [value]


def test_the_past_before_an_undo_is_as_it_was_and_the_contact_is_found_by_what_it_had(imports, world):
    undone = order(imports, imports.bring(f"Phone,City\n{GAVIN},Pune\n"), UNDO)
    position = undone["undoing"]["position"]
    with closing(world.log()) as log:
        found = find(log, GAVIN)
        assert documents.contact(world.drivers.readers(), log, found, position - 1)["traits"] == {"city": "Pune"}
        with pytest.raises(Unknown):
            documents.contact(world.drivers.readers(), log, found, position)
        with pytest.raises(Unknown, match="an import was undone"):
            documents.contact(world.drivers.readers(), log, found, None)


def test_a_gone_contact_asked_for_by_its_id_says_why_it_is_gone(imports, world):
    brought = imports.bring(f"Phone\n{GAVIN}\n")
    id = world.contact(GAVIN)["id"]
    order(imports, brought, UNDO)
    with closing(world.log()) as log, pytest.raises(Unknown, match="the import that made it was undone"):
        documents.contact(world.drivers.readers(), log, find(log, id), None)
