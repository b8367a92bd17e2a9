"""Somebody whom several phones find may have several rows in a file: one that says no protects them from the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import ASHA, GAVIN, RAVI
from tests.service.imports.imported import WorldImports
from tests.world import World
from tests.worlds import bounded, folder

PEOPLE = (GAVIN, ASHA, RAVI)


def merge(world: World, survivor: str, absorbed: str) -> None:
    two = {"survivor": world.contact(survivor)["id"], "absorbed": world.contact(absorbed)["id"]}
    world.send_signed("/cli", "ContactsMerged", world.next_id(), two | {"by": "asha", "reason": "the same person"})
    world.settle()


def file(rows):
    return "Phone,WhatsApp Opted\n" + "".join(f"{phone},{value}\n" for phone, value in rows)


@pytest.mark.parametrize("phones", [(GAVIN, ASHA), (ASHA, GAVIN)])
@pytest.mark.parametrize("values", [("FALSE", "TRUE"), ("TRUE", "FALSE")])
@pytest.mark.parametrize("choices", [{}, {"fill": True}, {"match": "either"}])
def test_of_two_rows_about_one_person_the_one_that_says_no_counts_in_whatever_order(
    imports, world, phones, values, choices
):
    """R16: the numbers alone decided, since rows are published in their order."""
    for phone in phones:
        world.track(phone=phone, city="Pune")
    world.settle()
    merge(world, GAVIN, ASHA)
    document = imports.bring(file(zip(phones, values, strict=True)), **choices)
    assert [one["reason"] for one in document["rejects"]] == ["opt_in_not_allowed"]
    assert world.contact(GAVIN)["traits"]["whatsapp_opted"] is False


def test_a_check_counts_who_is_opted_in_against_another_row_and_a_second_yes_is_for_them(imports, world):
    for phone in (GAVIN, ASHA):
        world.track(phone=phone, city="Pune")
    world.settle()
    merge(world, GAVIN, ASHA)
    id = imports.checked(file([(GAVIN, "TRUE"), (ASHA, "FALSE")]))
    assert imports.status(id)["check"]["opt_ins"] == 1
    assert imports.run(id, allow_opt_in=True)["rejected"] == 0


words = st.sampled_from([None, None, True, False])
cells = st.sampled_from(["TRUE", "true", "FALSE", "False", ""])


@bounded(25)
@given(
    said=st.tuples(words, words, words),
    merged=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=2),
    rows=st.permutations(PEOPLE).flatmap(lambda some: st.tuples(*(st.tuples(st.just(one), cells) for one in some))),
    fill=st.booleans(),
)
def test_nobody_is_opted_in_of_whom_any_row_or_the_last_word_says_no(said, merged, rows, fill):
    """R16, by a book of whoever is one person, kept by hand here."""
    people = {phone: {phone} for phone in PEOPLE}
    with folder() as path:
        world = World(path / "data")
        for phone, word in zip(PEOPLE, said, strict=True):
            world.track(phone=phone, **({"city": "Pune"} if word is None else {"whatsapp_opted": word}))
        world.settle()
        for one, other in merged:
            if people[one] is not people[other]:
                merge(world, one, other)
                people[one] |= people[other]
                for phone in people[one]:
                    people[phone] = people[one]
        imports = WorldImports(world)
        imports.bring(file(rows), fill=fill)
        found = {phone: world.contact(phone)["traits"].get("whatsapp_opted") for phone in PEOPLE}
        imports.close()
        world.close()
    cell_of = dict(rows)
    for phone, whole in people.items():
        newest = next((said[PEOPLE.index(one)] for one in reversed(PEOPLE) if one in whole and has(said, one)), None)
        in_file = {cell_of[one].upper() for one in whole} - {""}
        if newest is False or (newest is None and "FALSE" in in_file):
            assert found[phone] is False
        elif newest is True and "FALSE" in in_file:
            assert found[phone] is fill
        elif newest is True or "TRUE" in in_file:
            assert found[phone] is True
        else:
            assert found[phone] is None


def has(said, phone):
    return said[PEOPLE.index(phone)] is not None
