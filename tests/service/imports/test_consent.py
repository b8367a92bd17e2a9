"""WhatsApp Opted is consent: nobody who ever said anything but yes is opted in by a file without a second yes."""

import io
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.columns.choices import Choices
from service.imports.registry.import_order import Order
from service.imports.run.undo_import import WouldOptIn
from tests import oracle
from tests.examples import ASHA, GAVIN, PHONES, RAVI
from tests.service.imports.broken import IMPATIENT, importer_with
from tests.service.imports.imported import WorldImports, silent
from tests.service.imports.test_undo import REDO, UNDO, order
from tests.world import World
from tests.worlds import bounded, folder

CALLS = "/v1/public/track/users/"
YES = (True, 1, 1.0, "TRUE", "true", " True ", "1", "\t1\n")
NO = (False, 0, 0.0, "FALSE", "false", " False ", "0", "\u00a00")
NEITHER = ("no", "yes", "", "N", 2, -1, 0.5, "01", "\ufb01", [True], ["TRUE"], "2022-10-31")
CONSENTED = {"is_redo": False, "by": "cli:asha", "reason": None, "allow_opt_in": True}
TRUE_FOR_GAVIN = f"Phone,WhatsApp Opted\n{GAVIN},TRUE\n"


def opted(world):
    return world.contact(GAVIN)["traits"].get("whatsapp_opted")


def in_the_log(world, *values):
    """Gavin's values as a log can have them: an earlier version's calls took any."""
    for number, value in enumerate(values):
        data = {"phone": GAVIN, "traits": {"whatsapp_opted": value}}
        world.send_signed(CALLS, "UserTracked", f"c{number}", data, time=f"2023-01-01T00:00:{number:02}Z")
    world.settle()


def refused(document):
    return [one["reason"] for one in document["rejects"]] == ["opt_in_not_allowed"]


def dry_run(imports, content, **choices):
    return imports.importer.checks.dry_run(io.BytesIO(content.encode()), "people.csv", Choices(**choices), silent)


@pytest.mark.parametrize("value", YES)
def test_what_says_yes_is_read_as_true(world, value):
    """R3."""
    in_the_log(world, value)
    assert opted(world) is True


@pytest.mark.parametrize("value", NO)
def test_what_says_no_is_read_as_false_and_is_protected(imports, world, value):
    """R3, R16."""
    in_the_log(world, value)
    assert opted(world) is False
    assert refused(imports.bring(TRUE_FOR_GAVIN))
    assert opted(world) is False


@pytest.mark.parametrize("value", NEITHER)
def test_what_says_neither_stays_as_it_is_and_is_protected(imports, world, value):
    """R3: an earlier version's log can hold anything."""
    in_the_log(world, value)
    assert refused(imports.bring(TRUE_FOR_GAVIN))
    assert opted(world) == value


@pytest.mark.parametrize("value", [False, "no"])
def test_a_no_that_was_cleared_is_protected_still(imports, world, value):
    """R3."""
    in_the_log(world, value, None, None)
    assert refused(imports.bring(TRUE_FOR_GAVIN))
    assert opted(world) is None


@pytest.mark.parametrize("values", [(None,), (True, None), (False, True, None), (False, True)])
def test_who_never_said_no_or_took_it_back_is_opted_in(imports, world, values):
    in_the_log(world, *values)
    assert imports.bring(TRUE_FOR_GAVIN)["rejected"] == 0
    assert opted(world) is True


def test_a_blank_cell_never_clears_consent_whatever_blank_says(imports, world):
    """R18."""
    in_the_log(world, False)
    imports.bring(f"Phone,City,WhatsApp Opted\n{GAVIN},Pune,\n", blank="clear")
    assert opted(world) is False
    assert refused(imports.bring(TRUE_FOR_GAVIN))


def test_a_no_that_is_on_the_bus_alone_is_waited_for(imports, world):
    """A call's 202 is a word given, though nobody has taken it yet."""
    world.settle()
    world.track(phone=GAVIN, whatsapp_opted=False)

    def report(stage, _done, _rows):
        if stage == "catching up":
            world.settle()

    brought = imports.importer.bring(io.BytesIO(TRUE_FOR_GAVIN.encode()), "people.csv", Choices(), report)
    world.settle()
    assert refused(imports.results.show(brought.id))


@pytest.mark.parametrize("values", [("FALSE",), ("no",), (0, None)])
@pytest.mark.parametrize("allowed", [True, False])
def test_a_check_counts_everybody_whom_the_file_would_opt_in_again(imports, world, values, allowed):
    """R16."""
    in_the_log(world, *values)
    document = dry_run(imports, TRUE_FOR_GAVIN + f"{ASHA},TRUE\n", allow_opt_in=allowed)
    assert (document["check"]["opt_ins"], document["rejected"]) == (1, 0 if allowed else 1)


def test_a_second_yes_opts_in_whom_the_check_counted(imports, world):
    """R16."""
    in_the_log(world, "no", None)
    id = imports.checked(TRUE_FOR_GAVIN)
    assert imports.status(id)["check"]["opt_ins"] == 1
    assert imports.run(id, allow_opt_in=True)["updated"] == 1
    assert opted(world) is True


def test_undo_brings_a_no_back_to_protect(imports, world):
    """R16, R32."""
    in_the_log(world, "FALSE")
    brought = imports.bring(TRUE_FOR_GAVIN, allow_opt_in=True)
    order(imports, brought, UNDO)
    assert opted(world) is False
    assert refused(imports.bring(TRUE_FOR_GAVIN))
    order(imports, brought, Order(**CONSENTED | {"is_redo": True}))
    assert opted(world) is True


def test_a_no_of_an_import_that_was_undone_is_no_word(imports):
    """R32."""
    brought = imports.bring(f"Phone,WhatsApp Opted\n{GAVIN},FALSE\n")
    order(imports, brought, UNDO)
    assert imports.bring(TRUE_FOR_GAVIN)["created"] == 1


def test_a_merge_keeps_the_last_word_of_both(imports, world):
    """R7: the newest word, here a cleared no, is that of the one who had no phone."""
    who = ({"phone": GAVIN}, True), ({"userId": "u1"}, "no"), ({"userId": "u1"}, None), ({"phone": GAVIN}, None)
    for number, (about, value) in enumerate(who):
        data = about | {"traits": {"whatsapp_opted": value}}
        world.send_signed(CALLS, "UserTracked", f"c{number}", data, time=f"2023-01-01T00:00:{number:02}Z")
    world.track(phone=GAVIN, user_id="u1")
    world.settle()
    assert refused(imports.bring(TRUE_FOR_GAVIN))


@dataclass(frozen=True)
class Said:
    """A step of a history; `of` is the import that said it, None a call. With an `order` it is one to the import."""

    who: dict[str, str]
    value: Any
    second: int
    of: str | None = None
    order: str | None = None

    def send(self, world: World, number: int) -> oracle.Message:
        type, time = self.order or "UserTracked", f"2023-01-01T00:00:{self.second:02}Z"
        data: dict[str, Any] = (
            {"phone": GAVIN, "by": "asha", "reason": "x", "published": 0} if self.order else dict(self.who)
        )
        if self.order is None:
            data["traits"] = {"whatsapp_opted": self.value}
        if self.of is not None:
            data |= {"match": "phone", "row": number + 1, "rowend": True, "import": self.of}
        source = CALLS if self.of is None else f"/imports/{self.of}"
        world.send_signed(source, type, f"h{number}", data, time=time)
        return oracle.Message(type, data, self.second, source)


PEOPLE = st.sampled_from([GAVIN, ASHA, RAVI])
USERS = st.sampled_from(["u1", "u2"])
WHO = st.one_of(
    st.fixed_dictionaries({"phone": PEOPLE}),
    st.fixed_dictionaries({"userId": USERS}),
    st.fixed_dictionaries({"phone": PEOPLE, "userId": USERS}),
)
VALUES = st.sampled_from([*YES, *NO, *NEITHER, None, None, None, None, None, None, None, None])
SECONDS = st.integers(0, 20)
IMPORTS = st.sampled_from(["i1", "i2"])
ORDERS = st.sampled_from(["ImportUndone", "ImportRedone"])
HISTORIES = st.lists(
    st.one_of(
        st.builds(Said, WHO, VALUES, SECONDS),
        st.builds(Said, WHO, VALUES, SECONDS),
        st.builds(Said, st.fixed_dictionaries({"phone": PEOPLE}), VALUES, SECONDS, IMPORTS),
        st.builds(Said, st.just({}), st.none(), SECONDS, IMPORTS, ORDERS),
    ),
    max_size=12,
)


def is_yes(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "1", "1.0") and not isinstance(value, list)


@bounded(40)
@given(HISTORIES, st.integers(0, 12))
def test_no_file_opts_anybody_in_whose_last_word_was_not_a_yes(history, folded):
    """R3, R16, whatever was said, merged and undone before; the state may be behind the log."""
    with folder() as path:
        world = World(path / "data")
        world.settle()
        told = []
        for number, one in enumerate(history):
            told.append(one.send(world, number))
            if number == folded:
                world.settle()
        world.consume()
        imports = WorldImports(world)
        content = "Phone,WhatsApp Opted\n" + "".join(f"{phone},TRUE\n" for phone in PHONES[:3])
        brought = importer_with(imports, pace=IMPATIENT).bring(
            io.BytesIO(content.encode()), "people.csv", Choices(), silent
        )
        world.settle()
        found = {one["phone"]: one["traits"].get("whatsapp_opted") for one in world.contacts()}
        lines = {one["line"]: one["reason"] for one in imports.results.show(brought.id)["rejects"]}
        imports.close()
        world.close()
    words = {person.phone: person.last_word("whatsapp_opted") for person in oracle.meet(told)[0]}
    for line, phone in enumerate(PHONES[:3], 2):
        may = words.get(phone) is None or is_yes(words[phone])
        assert (found[phone] is True, lines.get(line)) == (may, None if may else "opt_in_not_allowed")


def test_an_undo_that_would_opt_people_in_again_takes_a_second_yes(imports, world):
    """R16: the file said FALSE for somebody who had said TRUE before, and nobody who never opted in counts."""
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.track(phone=ASHA, city="Goa")
    world.settle()
    document = imports.bring(f"Phone,WhatsApp Opted\n{GAVIN},FALSE\n{ASHA},FALSE\n{RAVI},FALSE\n")
    with pytest.raises(WouldOptIn) as refused:
        imports.importer.order(document["id"], UNDO)
    assert refused.value.opt_ins == 1
    world.settle()
    assert opted(world) is False
    order(imports, document, Order(**CONSENTED))
    assert opted(world) is True


def test_a_redo_that_would_opt_in_who_opted_out_since_takes_a_second_yes(imports, world):
    """R16: what was said late, for an earlier time, loses to the file once that counts again."""
    world.track(phone=GAVIN, city="Pune")
    world.settle()
    document = imports.bring(TRUE_FOR_GAVIN)
    order(imports, document, UNDO)
    world.track(phone=GAVIN, time="2020-01-01T00:00:00Z", whatsapp_opted=False)
    world.settle()
    with pytest.raises(WouldOptIn) as refused:
        imports.importer.order(document["id"], REDO)
    assert refused.value.opt_ins == 1
    order(imports, document, Order(**CONSENTED | {"is_redo": True}))
    assert opted(world) is True


@pytest.mark.parametrize("content", [TRUE_FOR_GAVIN, f"Phone,City\n{GAVIN},Pune\n"])
def test_an_order_that_opts_nobody_in_needs_no_second_yes(imports, world, content):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.settle()
    document = imports.bring(content)
    for one in (UNDO, REDO):
        order(imports, document, one)
    assert opted(world) is True
