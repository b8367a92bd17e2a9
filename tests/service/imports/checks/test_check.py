"""A check says what an import would come to, exactly, and takes nothing in (R16, R21, R22)."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.table.refusal import FileRefused
from tests.examples import ASHA, EMMA, GAVIN, MEERA, PHONES, RAVI
from tests.service.imports.broken import IMPATIENT, importer_with
from tests.service.imports.imported import WorldImports, silent
from tests.service.imports.test_counts import COUNTED, adds_up, table
from tests.world import World
from tests.worlds import bounded, folder

TOLD = ("rows", "older", *COUNTED)


def check(imports, content, rejects=None, **choices):
    return imports.importer.checks.dry_run(
        io.BytesIO(content.encode()), "people.csv", Choices(**choices), silent, rejects
    )


def test_a_check_publishes_nothing_and_keeps_nothing(imports, world):
    document = check(imports, table(("Gavin", GAVIN, "u1", "Pune"), ("R2", ASHA, "", "")), tags=("vip",))
    world.settle()
    assert (document["id"], document["state"]) == (None, "checked")
    assert (document["rows"], document["created"], document["rejected"], document["pending"]) == (2, 1, 1, 0)
    assert world.entries() == []
    assert imports.importer.results.all() == []
    assert list((world.folder / "imports").iterdir()) == []


def test_a_refused_file_is_refused_by_its_check_too(imports, world):
    with pytest.raises(FileRefused):
        check(imports, "Name,City\nGavin,Pune\n")
    assert list((world.folder / "imports").iterdir()) == []


def test_a_check_names_the_head_of_the_log_that_it_is_true_for(imports, world):
    world.track(phone=GAVIN)
    world.settle()
    found = check(imports, table(("Gavin", GAVIN, "", "")))["check"]
    assert (found["position"], found["head"]) == (1, world.log().head().hash.hex())


def test_what_would_change_is_shown_before_and_after(imports, world):
    world.track(phone=GAVIN, name="Gavin", city="Pune", area="Camp")
    world.track(phone=ASHA, city="Goa")
    world.settle()
    rows = (("Ravi", RAVI, "", "Pune"), ("Gavin R", GAVIN, "u1", "Agra"), ("", ASHA, "", "Goa"))
    (example,) = check(imports, table(*rows))["check"]["examples"]
    assert (example["line"], example["contact"]) == (3, world.contact(GAVIN)["id"])
    assert example["changes"] == [
        {"attribute": "user_id", "from": None, "to": "u1"},
        {"attribute": "name", "from": "Gavin", "to": "Gavin R"},
        {"attribute": "city", "from": "Pune", "to": "Agra"},
    ]


def test_at_most_a_hundred_examples_are_shown(imports):
    rows = [("Asha", f"+9199675{number:05d}", "", "Pune") for number in range(150)]
    imports.bring(table(*rows))
    document = check(imports, table(*((*row[:3], "Goa") for row in rows)))
    assert (document["updated"], len(document["check"]["examples"])) == (150, 100)


def test_attributes_and_tags_that_would_come_into_being_are_named(imports, world):
    world.track(phone=ASHA, Plan="gold", city="Pune")
    world.tag("VIP", phone=ASHA)
    world.settle()
    file = f"Phone,Plan,City,Score,Empty,Refused\n{GAVIN},silver,Pune,1,,\n12,x,y,z,,only here\n"
    found = check(imports, file, tags=("vip", "diwali"))["check"]
    assert (found["new_attributes"], found["new_tags"]) == (["Score"], ["diwali"])


def test_a_tag_that_no_row_would_bring_does_not_come_into_being(imports):
    assert check(imports, table(("R2", GAVIN, "", "")), tags=("diwali",))["check"]["new_tags"] == []


@pytest.mark.parametrize("allowed", [True, False])
def test_opt_ins_that_would_flip_are_counted_apart(imports, world, allowed):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.track(phone=ASHA, whatsapp_opted=True)
    world.settle()
    file = f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n{ASHA},TRUE\n{RAVI},TRUE\n"
    document = check(imports, file, allow_opt_in=allowed)
    assert document["check"]["opt_ins"] == 1
    assert document["rejected"] == (0 if allowed else 1)


def test_an_opt_in_of_a_row_that_is_rejected_anyway_flips_nobody(imports, world):
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    document = check(imports, f"Phone,Name,WhatsApp Opted\n{GAVIN},R2,TRUE\n")
    assert (document["check"]["opt_ins"], document["rejected"]) == (0, 1)


def test_rejects_of_file_and_ledger_are_written_together_in_the_order_of_the_file(imports, world):
    world.track(phone=RAVI, user_id="u1")
    world.settle()
    content = table(("R2", GAVIN, "", ""), ("Asha", ASHA, "u1", ""), ("Late", GAVIN, "", ""), ("Late", GAVIN, "", ""))
    out = io.StringIO(newline="")
    document = check(imports, content, out)
    assert [one["reason"] for one in document["rejects"]] == ["name_not_letters", "user_id_conflict", "duplicate_phone"]
    assert out.getvalue() == imports.rejects(imports.bring(content))


def test_a_check_says_which_import_had_the_same_file_and_choices(imports):
    file = table(("Gavin", GAVIN, "", ""))
    assert "imported_before" not in check(imports, file)
    brought = imports.bring(file)
    assert check(imports, file)["imported_before"] == brought["id"]


def test_what_the_log_has_and_the_state_has_not_counts_too(imports, world):
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    world.track(phone=GAVIN, city="Goa", Plan="gold")
    world.track(phone=ASHA, whatsapp_opted=False)
    world.consume()
    impatient = importer_with(imports, pace=IMPATIENT)
    file = f"Phone,City,Plan,WhatsApp Opted\n{GAVIN},Goa,gold,\n{ASHA},,,TRUE\n{RAVI},,,\n"
    document = impatient.checks.dry_run(io.BytesIO(file.encode()), "people.csv", Choices(), silent)
    assert (document["unchanged"], document["rejected"], document["created"]) == (1, 1, 1)
    assert (document["check"]["position"], document["check"]["new_attributes"]) == (3, [])


NAMES = st.sampled_from(["Asha", "Ravi", "R2", ""])
USER_IDS = st.sampled_from(["", "u1", "u2", "u3"])
CELLS = st.sampled_from(["", "Pune", "Goa"])
OPTED = st.sampled_from(["", "TRUE", "true", "FALSE", "maybe"])
FEW = st.sampled_from([GAVIN, ASHA, RAVI, MEERA, EMMA, "12"])
TAGS = st.sampled_from(["", "vip", "gold;VIP", "Goa"])
RECORDS = st.lists(st.tuples(NAMES, FEW, USER_IDS, CELLS, OPTED, TAGS), max_size=8)
CHOICES = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["upsert", "create", "update"]),
        "blank": st.sampled_from(["keep", "clear"]),
        "allow_opt_in": st.booleans(),
        "tags": st.sampled_from([(), ("vip",), ("VIP", "new")]),
        "match": st.sampled_from(["phone", "either"]),
        "fill": st.booleans(),
        "null_values": st.sampled_from([(), ("Goa", "u3")]),
    }
).filter(lambda chosen: not (chosen["fill"] and chosen["blank"] == "clear"))
TRAITS = st.fixed_dictionaries(
    {},
    optional={"city": st.sampled_from(["Pune", None]), "whatsapp_opted": st.sampled_from([False, False, True, None])},
)
KNOWN = st.lists(
    st.tuples(st.sampled_from([*PHONES[:4], None]), st.sampled_from(["u1", "u2", "u9"]), TRAITS), max_size=6
)
TAGGED = st.lists(st.sampled_from(PHONES[:4]), max_size=2)


@bounded(60)
@given(known=KNOWN, tagged=TAGGED, records=RECORDS, choices=CHOICES, is_folded=st.booleans())
def test_a_check_and_the_import_right_after_it_agree_on_every_count(known, tagged, records, choices, is_folded):
    """R22, with a real ledger behind both; the state may be behind the log at the check."""
    with folder() as path:
        world = World(path / "data")
        imports = WorldImports(world)
        world.settle()
        for phone, user_id, traits in known:
            world.track(phone=phone, user_id=user_id, **traits)
        for phone in tagged:
            world.tag("vip", phone=phone)
        world.consume()
        if is_folded:
            world.project()
        content = table(*records, header=("Name", "Phone", "User ID", "City", "WhatsApp Opted", "Tags"))
        rehearsed = importer_with(imports, pace=IMPATIENT).checks.dry_run(
            io.BytesIO(content.encode()), "people.csv", Choices(**choices), silent
        )
        world.project()
        happened = imports.bring(content, **choices)
        imports.close()
        world.close()
    assert {name: rehearsed[name] for name in TOLD} == {name: happened[name] for name in TOLD}
    assert rehearsed["rejects"] == happened["rejects"]
    assert adds_up(rehearsed)


def test_both_sums_are_told_where_a_file_would_opt_people_in(imports, world):
    """R16: a second yes is said with the number of people, and with what it comes to."""
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    content = f"Phone,WhatsApp Opted,City\n{GAVIN},TRUE,Pune\n{GAVIN},,Agra\n{ASHA},TRUE,Goa\n"
    id = imports.checked(content)
    status = imports.status(id)
    without = {name: status[name] for name in ("created", "updated", "duplicate", "rejected")}
    consented = {name: status["check"]["with_opt_ins"][name] for name in without}
    # left out, the first row makes room for the second one
    assert without == {"created": 1, "updated": 1, "duplicate": 0, "rejected": 1}
    assert consented == {"created": 1, "updated": 1, "duplicate": 1, "rejected": 0}
    done = imports.run(id, allow_opt_in=True)
    assert {name: done[name] for name in without} == consented


def test_the_values_that_a_file_replaces_are_counted_and_told_also_afterwards(imports, world):
    world.track(phone=GAVIN, city="Pune", area="Baner", whatsapp_opted=False)
    world.track(phone=ASHA, city="Goa")
    world.settle()
    content = f"Phone,City,Area,WhatsApp Opted\n{GAVIN},Agra,Baner,TRUE\n{ASHA},Delhi,Aundh,\n+919833098330,Surat,,\n"
    id = imports.checked(content)
    check = imports.status(id)["check"]
    assert check["replaced"] == {"city": 1}
    assert check["with_opt_ins"]["replaced"] == {"city": 2, "whatsapp_opted": 1}
    imports.run(id, allow_opt_in=True)
    document = imports.status(id)
    assert document["replaced"] == {"city": 2, "whatsapp_opted": 1}
    changes = [change for example in document["examples"] for change in example["changes"]]
    assert {"attribute": "city", "from": "Goa", "to": "Delhi"} in changes
    assert {"attribute": "city", "from": "Pune", "to": "Agra"} in changes  # of whom the consent was for
    assert all(change["from"] is not None for change in changes)


def test_where_nobody_would_be_opted_in_there_is_one_sum(imports):
    status = imports.status(imports.checked(f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n"))
    assert (status["check"]["opt_ins"], status["check"]["with_opt_ins"]) == (0, None)


def test_a_check_says_how_many_people_more_a_switch_would_bring(imports):
    content = f"Phone,Name\n+91 98200-98200,Asha\n+91 99675-36783,O'Neil\n+91-98330-98330,R2\n{GAVIN},D'Souza\n"
    id = imports.checked(content)
    assert imports.status(id)["check"]["gains"] == {"clean_phones": 1, "relaxed_names": 1}
    imports.uploads.set_options(id, {"clean_phones": True})
    imports.check(id)
    assert imports.status(id)["created"] == 1
    assert imports.status(id)["check"]["gains"] == {"relaxed_names": 1}


def test_a_cell_whose_quotes_do_not_enclose_it_is_named(imports):
    """R24."""
    document = check(imports, f'Phone,City\n{GAVIN},"Pune"x\n')
    assert document["check"]["broken_quotes"] == {"cells": 1, "first": [{"line": 2, "cell": '"Pune"x'}]}
