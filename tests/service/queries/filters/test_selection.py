"""Conditions as people write them: they say who is meant, or refuse; they never answer wrongly or emptily (R34)."""

from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.events.traits import type_of
from projections.conditions.condition import BadCondition, quoted
from service.queries.business_days import BusinessDays
from tests.clock import SECOND
from tests.examples import ASHA, EMMA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.service.imports.test_undo import UNDO, order
from tests.service.queries.filters.selecting import found, refused, whole
from tests.world import World
from tests.worlds import bounded, folder


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("people") / "data")
    odd = {"id": "x1", "created_at": "soon", "position": "left", "a=b": "eq", "score>=5": "yes", 'say "hi"': "yo"}
    made.track(phone=GAVIN, city="Pune", Worth="12500", visits=12, seen="2026-01-05", langs=["Hindi", "Marathi"], **odd)
    made.track(phone=ASHA, city="Navi, Mumbai", Worth="900", visits=3, seen="2026-02-01T00:00:00Z", langs=["Hindi"])
    made.track(phone=RAVI, city="", Worth="80000", visits="many", Plan="in:gold", whatsapp_opted="FALSE")
    made.track(phone=EMMA, user_id="u-9", whatsapp_opted=True, phone_="x")
    made.send("UserTracked", {"phone": EMMA, "traits": {"phone": "landline", "Gone": 1, "modified_at": ["x"]}})
    made.send("UserTracked", {"phone": EMMA, "traits": {"Gone": None}})
    made.tag("VIP", "lead", phone=GAVIN)
    made.tag("lead", phone=ASHA)
    made.settle()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("where", "who"),
    [
        ("city=Pune", "gavin"),
        ("City=Pune", "gavin"),
        ("WhatsApp Opted=FALSE", "ravi"),
        ("whatsapp_opted=0", "ravi"),
        ("whatsapp_opted=in:1", "emma"),
        ("User ID=u-9", "emma"),
        ("user_id= u-9 ", "emma"),
        ("Phone Number=919967536783", "gavin"),
        ('city=in:Pune,"Navi, Mumbai"', "gavin asha"),
        ("city!=in:Pune,Goa", "asha ravi emma"),
        ("city=empty:", "ravi emma"),
        ("city=any:", "gavin asha"),
        ("city!=empty:", "gavin asha"),
        ("user_id=any:", "emma"),
        ("Country Code=91", "gavin asha ravi"),
        ("country_code=in:+1,+44", "emma"),
        ("country_code!=91", "emma"),
        ("country_code=any:", "gavin asha ravi emma"),
        ("city=is:=Pune", ""),
        ("Plan=is:in:gold", "ravi"),
        ("visits=between:3,12", "gavin asha"),
        ("visits>3", "gavin"),
        ("visits=in:3,many", "asha ravi"),
        ("seen=between:2026-01-01,2026-01-31", "gavin"),
        ("seen=between:2026-01-05,2026-01-05", "gavin"),
        ("seen=between:2026-01-01,2026-01-05", "gavin"),
        ("seen!=between:2026-01-01,2026-01-05", "asha ravi emma"),
        ("seen<=2026-01-05", "gavin"),
        ("seen<2026-01-05", ""),
        ("seen=between:2026-01-01T00:00:00Z,2026-01-05", "gavin"),
        ("seen=day:2026-01-05", "gavin"),
        ("seen=day:2026-01-05,2026-02-01", "gavin asha"),
        ("seen=last:2", "gavin"),
        ("seen=last:1", ""),
        ("seen=next:27", "asha"),
        ("seen=next:26", ""),
        ("seen!=last:2", "asha ravi emma"),
        ("langs=in:Marathi,Tamil", "gavin"),
        ("langs=all:Hindi,Marathi", "gavin"),
        ("langs!=in:Marathi", "asha ravi emma"),
        ("created_at>2026-01-01", "gavin asha ravi emma"),
        ("modified_at<2020-01-01", ""),
        ("tags=vip", "gavin"),
        ("tags=in:vip,lead", "gavin asha"),
        ("tags=all:vip,LEAD", "gavin"),
        ("tags!=in:vip,lead", "ravi emma"),
        ("tags!=vip", "asha ravi emma"),
        ("tags=empty:", "ravi emma"),
        ("tags=any:", "gavin asha"),
        ("id=x1", "gavin"),
        ("position=left", "gavin"),
        ('"created_at"=soon', "gavin"),
        ('"a=b"=eq', "gavin"),
        ('"score>=5"=yes', "gavin"),
        (quoted('say "hi"') + "=yo", "gavin"),
        ('"phone"=landline', "emma"),
        ('"phone"!=landline', "gavin asha ravi"),
        ('"phone"=any:', "emma"),
        (f"phone={EMMA}", "emma"),
    ],
)
def test_a_condition_finds_just_who_is_meant(people, where, who):
    assert found(people, where) == who


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("citty=Pune", "did you mean city?"),
        ("worth=5", "did you mean Worth?"),
        ("creatd_at>2026-01-01", "did you mean created_at?"),
        ('"City"=Pune', "did you mean city"),
        ("zzzzzz=1", "no contact ever had an attribute 'zzzzzz'"),
        ("Worth>8000", "the values of Worth are texts"),
        ("Worth=between:1,9", "import the column again with the type number or datetime"),
        ("city>=A", "city is a text"),
        ("phone>+91", "phone is a text"),
        ("email>5", "email is a text"),
        ("visits>many", "only with a number"),
        ("visits>2026-01-01", "only with a number"),
        ("seen>2026-01-05T10:00:00", "a time with its zone, such as 2026-11-22T10:00:00Z"),
        ("seen=last:0", "seen=last: needs a number of days"),
        ("seen=last:1e3", "needs a number of days"),
        ("seen=day:tomorrow", "seen=day: needs a day, or the first and the last one"),
        ("seen=day:2026-01-01,2026-01-02,2026-01-03", "needs a day"),
        ("city=last:3", "city is a text"),
        ("phone=day:2026-01-01", "phone is no datetime"),
        ("city==Pune", "== is no operator: use one of = != > >= < <= ~; city=is:=Pune is that very text"),
        ("city!==Pune", "city!=is:=Pune is that very text"),
        ("city=~Pune", "=~ is no operator"),
        ("Worth=>8000", "=> is no operator"),
        ("Worth=<8000", "=< is no operator"),
        ("city<>Pune", "<> is no operator"),
        ("visits>>3", ">> is no operator"),
        ("country_code=9", "such as 91"),
        ("country_code>1", "not by >"),
        ("seen>5", "seen is a datetime"),
        ("langs>a", "langs is a list"),
        ("city=all:a,b", "city is no list"),
        ("whatsapp_opted=yes", "compare it with true or false"),
        ("whatsapp_opted>0", "whatsapp_opted is a boolean"),
        ("phone=9967536783", "phone is compared as a full number"),
        ("created_at>yesterday", "created_at is a datetime"),
        ("created_at=2026-10-12", "created_at=day:2026-10-12 is that day"),
        ("modified_at!=2026-10-12", "modified_at!=day:2026-10-12 is every other day"),
        ("created_at=in:2026-10-12,2026-10-13", "created_at=day:2026-10-12,2026-10-13 is those days"),
        ("created_at!=in:2026-10-12,2026-10-14", "all of created_at!=day:2026-10-12, created_at!=day:2026-10-14"),
        ("modified_at=all:2026-10-12", "modified_at is no list"),
        ("created_at~2026", "not by ~"),
        ("tags>vip", "tags can be compared by =, !="),
        ("city=in:", "needs values"),
        ("visits=between:1", "needs two values"),
        ("visits=between:10,9.5", "has the greater value first: write visits=between:9.5,10"),
        ("seen=between:2026-02-01,2026-01-01", "write seen=between:2026-01-01,2026-02-01"),
        ("created_at!=between:2026-02-01T00:00:00Z,2026-01-31T23:59:59.9Z", "has the greater value first"),
        ("created_at=day:2026-02-01,2026-01-31", "has the later day first"),
        ("city=empty:x", "is that very text"),
        ("a=b=eq", "put in double quotes"),
    ],
)
def test_what_could_only_answer_wrongly_or_emptily_is_refused(people, where, said):
    if where == "a=b=eq":
        said = "no contact ever had an attribute 'a'"
    assert said in refused(people, where)


def test_every_fault_is_told_at_once(people):
    said = refused(people, "citty=Pune", "Worth>8000")
    assert "citty" in said
    assert "Worth" in said


def test_any_of_conditions_and_tags(people):
    assert found(people, "city=Pune", "visits=3", match="any") == "gavin asha"
    assert found(people, "visits=between:3,5", tags=("vip",), match="any") == "gavin asha"
    assert found(people, "city=Pune", "visits=3") == ""


def test_what_is_left_out_of_a_comparison_is_counted(people):
    assert whole(people, "visits>1")["notes"] == [
        "1 contacts have a value of visits that is no number; these are not compared"
    ]
    assert len(whole(people, "visits=between:1,5")["notes"]) == 1
    assert "notes" not in whole(people, "seen>2026-01-01")


def test_an_attribute_that_nobody_has_any_more_finds_nobody_and_says_so(people):
    document = whole(people, "Gone=1")
    assert (document["contacts"], document["notes"]) == ([], ["nobody has a value of Gone at present"])


def test_an_attribute_of_an_undone_import_finds_nobody_and_one_of_a_rejected_row_is_unknown(imports, world):
    brought = imports.bring(f"Phone,Ghost\n{GAVIN},1\n")
    imports.bring("Phone,Phantom\n12,1\n")
    order(imports, brought, UNDO)
    assert whole(world, "Ghost=1")["notes"] == ["nobody has a value of Ghost at present"]
    assert "Phantom" in refused(world, "Phantom=1")


@pytest.fixture
def imports(world):
    made = WorldImports(world)
    yield made
    made.close()


VALUES = st.sampled_from(["Pune", "", "  ", "5", "-1", "2026-01-05", 5, 7.5, True, False, ["Pune", 5], [], None, 12])
PARTS = st.sampled_from(["Pune", "5", "7.5", "true", "2026-01-05", "12", "Goa"])
CONDITIONS = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["=", "!=", "~", ">", "<=", "=is:"]), PARTS),
    st.builds("={}:{},{}".format, st.sampled_from(["in", "all", "between"]), PARTS, PARTS),
    st.sampled_from(["=empty:", "=any:"]),
)


@bounded(60)
@given(st.lists(VALUES, min_size=1, max_size=6), CONDITIONS, CONDITIONS)
def test_laws_of_conditions(values, first, second):
    """A condition and its contrary part the contacts; any and all are union and intersection; order is in one type."""
    numbers = [f"+9199675{number:05d}" for number in range(len(values))]
    with folder() as path, closing(World(path / "data")) as world:
        for phone, value in zip(numbers, values, strict=True):
            world.track(phone=phone, k=value)
        world.settle()

        def chosen(*where, match="all"):
            document = whole(world, *where, match=match)
            assert document["total"] == len(document["contacts"])
            return {one["phone"] for one in document["contacts"]}

        try:
            one, other = chosen(f"k{first}"), chosen(f"k{second}")
        except BadCondition:
            assume(False)
        assert chosen(f"k{first}", f"k{second}") == one & other
        assert chosen(f"k{first}", f"k{second}", match="any") == one | other
        if first.startswith("="):
            assert chosen(f"k!{first}") == set(numbers) - one
        if first[0] in "<>":
            kinds = {type_of(value) for phone, value in zip(numbers, values, strict=True) if phone in one}
            assert kinds <= ({"datetime"} if "-" in first else {"number"})


def test_when_a_contact_was_made_goes_by_the_days_of_the_business(people):
    made = datetime.fromisoformat(whole(people)["contacts"][0]["created_at"])
    here = made.astimezone(ZoneInfo("Pacific/Auckland"))
    zone, now = BusinessDays(here.tzinfo, lambda: int(made.timestamp() * SECOND)), here.date()
    assert found(people, "created_at=last:1", days=zone) == "gavin asha ravi emma"
    assert found(people, f"created_at=day:{now}", days=zone) == "gavin asha ravi emma"
    assert found(people, f"created_at=day:{now - timedelta(days=1)}", days=zone) == ""
    assert found(people, f"created_at!=day:{now - timedelta(days=9)},{now}", days=zone) == ""


def test_contacts_are_found_by_what_an_import_did_to_them(imports, world):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, city="Goa")
    world.settle()
    id = imports.bring(f"Phone,City\n{GAVIN},Agra\n{ASHA},Goa\n{RAVI},Goa\n12,Goa\n")["id"]
    assert found(world, f"import={id}") == "gavin asha ravi"
    assert found(world, f"import={id}", "outcome=created") == "ravi"
    assert found(world, f"import={id}", "outcome=in:updated,unchanged") == "gavin asha"
    assert found(world, f"import={id}", "outcome=updated", "city=Agra") == "gavin"
    assert found(world, f"import!={id}") == ""
    assert "outcome= goes with import=" in refused(world, "outcome=created")
    assert "outcome is one of rejected, skipped" in refused(world, f"import={id}", "outcome=made")
    assert "no import has the id 'nothing'" in refused(world, "import=nothing")
    assert "not by >" in refused(world, f"import>{id}")


def _id(world, phone):
    return world.contact(phone)["id"]


def test_contacts_are_asked_for_by_their_ids(people):
    gavin, ravi = _id(people, GAVIN), _id(people, RAVI)
    assert found(people, f"contact={gavin}") == "gavin"
    assert found(people, f"contact=in:{ravi},{gavin}") == "gavin ravi"
    assert found(people, f"contact=in:{ravi},{gavin}", "city=Pune") == "gavin"
    assert found(people, f"contact!=in:{ravi},{gavin}") == "asha emma"


def test_the_id_of_nobody_is_refused(people):
    assert refused(people, "contact=x1") == "there is no contact with the id 'x1'"
    assert "is no contact" in refused(people, f"contact=in:{_id(people, GAVIN)},01a22a55-89d6-72c8-b607-bf1cca48d389")
    assert "by =, != and not by ~" in refused(people, "contact~x")


def test_the_id_of_a_contact_that_was_merged_away_means_the_one_it_became(tmp_path):
    with closing(World(tmp_path / "data")) as world:
        world.track(user_id="u-1", city="Goa")
        world.track(phone=GAVIN, city="Pune")
        world.settle()
        with closing(world.state()) as state:
            first, second = (str(UUID(bytes=state.contact(number).id)) for number in (1, 2))
        world.track(phone=GAVIN, user_id="u-1")
        world.settle()
        assert found(world, f"contact=in:{first},{second}") == found(world, f"contact={second}") == "gavin"
