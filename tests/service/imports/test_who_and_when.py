"""Who brought an import, how large it is, when, and why its rows were not taken; and lists of some imports only."""

from collections import Counter

from service.imports.record.wanted_imports import WantedImports
from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import silent

FILE = f"Name,Phone,City\nGavin,{GAVIN},Pune\nR2 D2,{ASHA},Goa\nC3,12,Goa\nGavin,{GAVIN},Agra\n"


def told(document, *names):
    return [document[name] for name in names]


def test_an_upload_says_who_brought_it_how_large_it_is_and_when(imports):
    id = imports.upload(FILE, by="Meera Shah")
    status = imports.status(id)
    assert told(status, "by", "bytes", "tags", "confirmed_at", "ended_at") == ["Meera Shah", len(FILE), [], None, None]
    assert status["made_at"].endswith("Z")


def test_a_checked_import_is_told_with_the_tags_that_it_has_now(imports):
    id = imports.checked(FILE, tags=("vip",))
    assert imports.results.counts(id)["tags"] == ["vip"]


def test_an_import_that_ran_says_when_it_was_confirmed_and_when_its_last_row_was_out(imports):
    document = imports.run(imports.checked(FILE))
    assert document["made_at"] <= document["confirmed_at"] <= document["ended_at"]


def test_what_is_cancelled_before_it_ran_has_ended_and_was_never_confirmed(imports):
    id = imports.upload(FILE)
    imports.uploads.cancel(id, "asha")
    document = imports.results.counts(id)
    assert document["confirmed_at"] is None
    assert document["ended_at"] is not None


def test_reasons_count_rows_and_a_row_with_several_counts_under_each(imports):
    id = imports.checked(FILE)
    expected = {"name_not_letters": 2, "country_code_missing": 1, "duplicate_phone": 1}
    for document in (imports.status(id), imports.run(id)):
        assert {one["reason"]: one["rows"] for one in document["reasons"]} == expected
        assert document["reasons"][0]["what"] == "digits or symbols in a name"


def test_reasons_count_what_only_the_append_rejects(imports, world):
    world.track(phone=RAVI, user_id="u1")
    world.settle()
    document = imports.bring(f"Phone,User ID,Name\n{GAVIN},u1,Gavin\n{ASHA},u2,R2\n")
    assert Counter({one["reason"]: one["rows"] for one in document["reasons"]}) == {
        "user_id_conflict": 1,
        "name_not_letters": 1,
    }


def test_while_an_import_runs_its_reasons_are_not_counted(imports):
    id = imports.checked(FILE)
    imports.uploads.confirm(id, allow_opt_in=False, again=False, by="asha")
    assert imports.status(id)["reasons"] == []
    imports.importer.go_on(id, silent)


def test_imports_are_listed_by_state_person_and_day(imports):
    gavin, asha = imports.upload(FILE, by="gavin"), imports.upload(FILE, by="asha")
    imports.uploads.cancel(gavin, "asha")

    def listed(**wanted):
        return [one["id"] for one in imports.results.page(10, None, WantedImports(**wanted))]

    made = int(asha.replace("-", "")[:12], 16) * 1000
    assert listed() == [asha, gavin]
    assert listed(state="cancelled") == [gavin]
    assert listed(by="asha") == [asha]
    assert listed(since=made) == [asha]
    assert listed(until=made) == [gavin]
    assert imports.results.names() == ["asha", "gavin"]
