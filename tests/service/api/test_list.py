"""`GET /v1/contacts`: conditions, tags, search, order, pages and chosen fields."""

import pytest

from service.queries.filters.selection import Selection
from service.queries.lists.list import list_page
from tests.examples import ASHA, GAVIN, RAVI

PATH = "/v1/contacts"


def names(answer):
    assert answer.status_code == 200, answer.text
    return [contact["traits"]["name"].split()[0] for contact in answer.json["contacts"]]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Emma", "Ravi", "Asha", "Gavin"]),
        ({"where": "city=Pune"}, ["Asha", "Gavin"]),
        ({"where": ["city=Pune", "visits>10"]}, ["Asha"]),
        ({"where": "city!=Pune"}, ["Emma", "Ravi"]),
        ({"where": "name~RAO"}, ["Ravi", "Asha"]),
        ({"where": f"phone={GAVIN}"}, ["Gavin"]),
        ({"where": "user_id=u-emma"}, ["Emma"]),
        ({"tag": "vip"}, ["Emma"]),
        ({"tag": ["vip", "nobody has this"]}, []),
        ({"q": "strasse"}, ["Emma"]),
        ({"q": "9967536"}, ["Gavin"]),
        ({"sort": "created"}, ["Emma", "Gavin", "Asha", "Ravi"]),
        ({"sort": "-created"}, ["Ravi", "Asha", "Gavin", "Emma"]),
        ({"sort": "modified"}, ["Gavin", "Asha", "Ravi", "Emma"]),
    ],
)
def test_a_list_shows_who_is_asked_for_in_order(client, query, found):
    answer = client.read(PATH, query_string=query)
    assert names(answer) == found
    assert (answer.json["total"], answer.json["next_cursor"]) == (len(found), None)


@pytest.mark.usefixtures("four")
def test_a_listed_contact_is_the_whole_contact(client):
    listed = client.read(PATH).json["contacts"]
    assert listed == [client.read(f"{PATH}/{each['id']}").json for each in listed]


@pytest.mark.usefixtures("four")
def test_pages_lead_to_each_other_and_end(client):
    shown, cursor = [], None
    while True:
        query = {"where": "city!=Agra", "limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = client.read(PATH, query_string=query)
        shown += names(answer)
        assert answer.json["total"] == 3
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break
    assert shown == ["Emma", "Asha", "Gavin"]


def test_who_changes_while_a_list_is_read_comes_at_its_end(client, four):
    first = client.read(PATH, query_string={"limit": 2})
    four.track(phone=GAVIN, city="Delhi")
    four.settle()
    rest = client.read(PATH, query_string={"limit": 5, "cursor": first.json["next_cursor"]})
    assert names(first) + names(rest) == ["Emma", "Ravi", "Asha", "Gavin"]
    assert rest.json["contacts"][-1]["traits"]["city"] == "Delhi"


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("other", [{"where": "city=Agra"}, {"tag": "vip"}, {"sort": "created"}, {"q": "a"}])
def test_a_cursor_of_another_list_is_422(client, other):
    cursor = client.read(PATH, query_string={"limit": 1}).json["next_cursor"]
    answer = client.read(PATH, query_string={"limit": 1, "cursor": cursor} | other)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json["errors"]] == ["cursor"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("where", "city"),
        ("where", "=Pune"),
        ("where", "x" * 1001),
        ("tag", "x" * 101),
        ("tag", "  "),
        ("sort", "--city"),
        ("limit", "0"),
        ("limit", "1001"),
        ("cursor", "2"),
        ("cursor", "\u00e9"),
        ("q", ""),
        ("q", "x" * 257),
        ("total", "maybe"),
        ("filter", "city"),
    ],
)
def test_a_parameter_that_is_wrong_is_422_and_named(client, description, parameter, value):
    answer = client.read(PATH, query_string={parameter: value})
    assert answer.status_code == 422
    assert {error["parameter"] for error in answer.json["errors"]} == {parameter}
    assert parameter in answer.json["message"]
    description.assert_fits("GET", PATH, answer)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("visits=many", "visits is a number: compare it with one, such as visits>=5"),
        ("visits>2022-10-31", "visits is a number"),
        ("opted>true", "opted is a boolean, which can be compared by =, != and not by >"),
        ("whatsapp_opted=yes", "whatsapp_opted is a boolean: compare it with true or false"),
        ("seen>yesterday", "seen is a datetime: compare it with a date, or a time with its zone"),
        ("langs>a", "langs is a list, which can be compared by =, !=, ~ and not by >"),
    ],
)
def test_a_condition_that_does_not_fit_its_attributes_type_is_422_and_says_what_does(client, four, where, said):
    four.track(phone=GAVIN, opted=True, seen="2022-10-31", langs=["Hindi"])
    four.settle()
    for query in ({"where": where}, {"where": ["city=Pune", where]}):
        answer = client.read(PATH, query_string=query)
        assert answer.status_code == 422
        assert said in answer.json["errors"][0]["message"]


def test_of_values_of_several_types_any_is_equal_or_not_and_those_of_one_are_more_or_less(client, four):
    """R34."""
    four.track(phone=RAVI, visits="many")
    four.settle()
    assert names(client.read(PATH, query_string={"where": "visits=many"})) == ["Ravi"]
    assert names(client.read(PATH, query_string={"where": "visits>4", "sort": "created"})) == ["Gavin", "Asha"]


@pytest.mark.usefixtures("four")
def test_a_parameter_given_twice_is_422_and_named_where_one_of_the_two_would_be_a_guess(client, description):
    answer = client.read(f"{PATH}?limit=1&limit=2&sort=created&sort=-created&where=city=Pune&where=city=Agra")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json["errors"]] == ["limit", "sort"]
    assert "give it once" in answer.json["message"]
    description.assert_fits("GET", PATH, answer)


@pytest.mark.usefixtures("four")
def test_conditions_are_limited_in_number(client):
    assert client.read(PATH, query_string={"where": ["city=Pune"] * 10}).status_code == 200
    assert client.read(PATH, query_string={"where": ["city=Pune"] * 11}).status_code == 422


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("phone", {"id", "phone"}),
        ("phone,city", {"id", "phone", "traits"}),
        ("traits", {"id", "traits"}),
        ("traits.tags,tags", {"id", "tags", "traits"}),
    ],
)
def test_only_chosen_fields_are_sent(client, fields, shown):
    (contact,) = client.read(PATH, query_string={"fields": fields, "where": "name~gavin"}).json["contacts"]
    assert contact.keys() == shown
    if fields == "phone,city":
        assert contact["traits"] == {"city": "Pune"}


@pytest.mark.usefixtures("four")
def test_the_total_is_left_out_where_nobody_asks(client):
    assert client.read(PATH, query_string={"total": "false"}).json["total"] is None


def test_the_total_follows_the_state(client, four):
    assert client.read(PATH, query_string={"where": "city=Pune"}).json["total"] == 2
    four.track(phone=RAVI, city="Pune")
    four.settle()
    assert client.read(PATH, query_string={"where": "city=Pune"}).json["total"] == 3


def test_the_list_is_the_command_lines(client, four):
    stored = four.drivers.generations().in_use()
    page = list_page(
        stored, four.drivers.log_reader, Selection(), "-modified", 100, None, lambda _name: False, four.drivers.days()
    )
    assert client.read(PATH).json == page


def test_a_list_that_took_long_has_its_index_made(slow_client, four):
    client = slow_client
    before = names(client.read(PATH, query_string={"where": "city=Pune", "tag": "VIP"}))
    asked = four.drivers.generations().asked().all()
    assert asked == {"trait city", "tags"}
    four.project()
    assert names(client.read(PATH, query_string={"where": "city=Pune", "tag": "VIP"})) == before


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("area=5", set()),
        ("area~5", set()),
        ("visits>1", {"trait visits"}),
        ("phone~99", {"text phone"}),
        ("user_id=u-emma", {"trait user_id"}),
    ],
)
def test_no_index_is_made_on_what_nobody_has(slow_client, world, where, asked):
    assert slow_client.read(PATH, query_string={"where": where}).status_code == 200
    assert world.drivers.generations().asked().all() == asked


def test_before_there_is_a_state_it_is_503(client):
    assert client.read(PATH).status_code == 503


def test_each_contact_has_the_event_that_changed_it_last_where_that_is_asked_for(client, four):
    four.track(phone=ASHA, city="Goa")
    four.settle()
    first, second, *_ = client.read(f"{PATH}?last_change=true&fields=city").json["contacts"]
    assert first["last_change"]["changes"] == [{"attribute": "city", "from": "Pune", "to": "Goa"}]
    assert second["last_change"]["changes"] == [{"attribute": "tags", "from": None, "to": "VIP"}]
    assert "last_change" not in client.read(PATH).json["contacts"][0]
