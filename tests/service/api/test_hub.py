"""The hub's own calls that read: filters, by phone, by user id."""

import msgspec
import pytest

from tests.docs.rerun import comparable
from tests.examples import ASHA, EMMA, GAVIN
from tests.service.api import story
from tests.service.api.test_hub_customer import ID, PHONE

LIST = "/v1/public/apis/users/"


def filtered(client, *filters, **query):
    answer = client.post(LIST, {"filters": list(filters)}, query_string=query)
    assert answer.status_code == 200, answer.text
    return [one["traits"]["name"].split()[0] for one in answer.json["data"]["customers"]]


def one(trait, op, val=None, join=None):
    return {"trait": trait, "op": op, "val": val} | ({} if join is None else {"supr_op": join})


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (one("city", "eq", "Pune"), ["Gavin"]),
        (one("city", "neq", "Pune"), ["Asha", "Emma"]),
        (one("city", "in", ["Pune", "Agra"]), ["Gavin", "Asha"]),
        (one("city", "in", []), []),
        (one("city", "exists"), ["Gavin", "Asha"]),
        (one("city", "exists", False), ["Emma"]),
        (one("name", "contains", "ROB"), ["Gavin"]),
        (one("visits", "eq", 11), ["Asha"]),
        (one("visits", "gt", 5), ["Asha"]),
        (one("visits", "gte", 5), ["Gavin", "Asha"]),
        (one("visits", "lt", 11), ["Gavin"]),
        (one("visits", "lte", 11.0), ["Gavin", "Asha"]),
        (one("opted", "eq", True), ["Gavin"]),
        (one("opted", "neq", True), ["Asha", "Emma"]),
        (one("opted", "exists", True), ["Gavin", "Asha"]),
        (one("seen", "gt", "2022-10-31T19:29:59+05:30"), ["Gavin", "Emma"]),
        (one("seen", "eq", "2022-10-31T19:30:00+05:30"), ["Gavin"]),
        (one("langs", "contains", "Hindi"), ["Asha"]),
        (one("langs", "contains", "Eng"), []),
        (one("tags", "contains", "vip"), ["Asha"]),
        (one("user_id", "eq", "u-1"), ["Gavin"]),
        (one("user_id", "exists"), ["Gavin", "Emma"]),
        (one("created_at_utc", "gt", "2020-01-01T00:00:00Z"), ["Gavin", "Asha", "Emma"]),
        (one("created_at_utc", "lt", "2020-01-01"), []),
        (one("modified_at_utc", "exists"), ["Gavin", "Asha", "Emma"]),
    ],
)
def test_a_filter_finds_who_meets_it(client, asked, found):
    assert filtered(client, asked) == found


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("asked", "member", "said"),
    [
        (one("city", "eq", 5), "val", "must be a string, as city is one: it is a number"),
        (one("city", "in", ["Pune", True]), "val", "it is true or false"),
        (one("city", "gt", "2022-10-31"), "op", "must be one of eq, neq, contains, in, exists for city"),
        (one("visits", "eq", "5"), "val", "must be a number, as visits is one: it is a string"),
        (one("visits", "gt", "2022-10-31"), "val", "must be a number"),
        (one("visits", "contains", 5), "op", "eq, neq, gt, gte, lt, lte, in, exists for visits, which is a number"),
        (one("opted", "gt", 0), "op", "must be one of eq, neq, exists for opted, which is a boolean"),
        (one("opted", "eq", "true"), "val", "must be a boolean"),
        (one("seen", "lt", 5), "val", "must be a datetime"),
        (one("langs", "eq", "Hindi"), "op", "must be one of contains, exists for langs, which is a list"),
        (one("user_id", "eq", 5), "val", "must be a string"),
    ],
)
def test_a_filter_that_does_not_fit_its_attributes_type_is_422_and_says_what_does(client, asked, member, said):
    answer = client.post(LIST, {"filters": [asked]})
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["pointer"] == f"/filters/0/{member}"
    assert said in error["message"]


def test_a_number_is_not_the_string_of_its_digits(client, three):
    three.track(phone=GAVIN, code="5")
    three.track(phone=ASHA, code=5)
    three.settle()
    assert filtered(client, one("code", "eq", "5")) == ["Gavin"]
    assert filtered(client, one("code", "neq", "5")) == ["Asha", "Emma"]
    assert filtered(client, one("code", "eq", 5)) == ["Asha"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("op", ["eq", "gt", "exists", "contains"])
def test_an_attribute_that_nobody_ever_had_is_422_and_names_what_comes_near(client, op):
    """R34."""
    answer = client.post(LIST, {"filters": [one("vissits", op, True if op == "exists" else 5)]})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/filters/0/trait"]
    assert "did you mean visits?" in answer.json["message"]


def test_an_attribute_that_nobody_has_any_more_can_be_compared_with_anything(client, three):
    """R34."""
    three.track(phone=GAVIN, Gone=1)
    three.track(phone=GAVIN, Gone=None)
    three.settle()
    for value in (5, "5", True, "2022-10-31"):
        answer = client.post(LIST, {"filters": [one("Gone", "eq", value)]})
        assert answer.json["data"]["customers"] == []
        assert answer.json["message"] == "0 customers found; nobody has a value of Gone at present"


def test_a_title_means_the_default_attribute_and_consent_is_read_as_everywhere(client, three):
    """R3, R34."""
    three.track(phone=GAVIN, whatsapp_opted="FALSE")
    three.settle()
    assert filtered(client, one("City", "eq", "Pune")) == ["Gavin"]
    for value in (False, "FALSE", 0, "0"):
        assert filtered(client, one("whatsapp_opted", "eq", value)) == ["Gavin"]


def test_more_and_less_leave_values_of_another_type_out_and_count_them(client, three):
    """R34."""
    three.track(phone=EMMA, visits="9 or so", langs=["x"])
    three.settle()
    answer = client.post(LIST, {"filters": [one("visits", "gt", 1)]})
    assert answer.json["data"]["total_customers"] == 2
    assert "1 contacts have a value of visits that is no number" in answer.json["message"]


def test_a_filter_by_time_is_exact(client, three):
    created = three.contact(ASHA)["created_at"]
    found = {op: filtered(client, one("created_at_utc", op, created)) for op in ("gt", "gte", "eq", "neq", "lt", "lte")}
    assert found == {
        "gt": ["Emma"],
        "gte": ["Asha", "Emma"],
        "eq": ["Asha"],
        "neq": ["Gavin", "Emma"],
        "lt": ["Gavin"],
        "lte": ["Gavin", "Asha"],
    }


@pytest.mark.parametrize("trait", ["created_at_utc", "modified_at_utc", "seen"])
def test_from_a_day_to_that_day_is_the_whole_day(client, three, trait):
    """It found nobody: both were its first moment."""
    day = three.contact(ASHA)["created_at"][:10]
    for person in (GAVIN, ASHA, EMMA):
        three.track(phone=person, seen=f"{day}T18:30:00Z")
    three.settle()
    assert sorted(filtered(client, one(trait, "gte", day), one(trait, "lte", day))) == ["Asha", "Emma", "Gavin"]


@pytest.mark.usefixtures("three")
def test_filters_are_joined_from_the_first_to_the_last(client):
    pune, agra, vip = one("city", "eq", "Pune"), one("city", "eq", "Agra"), one("tags", "contains", "vip")
    assert filtered(client, pune, agra) == []
    assert filtered(client, pune, agra | {"supr_op": "or"}) == ["Gavin", "Asha"]
    assert filtered(client, pune, agra | {"supr_op": "or"}, vip) == ["Asha"]
    assert filtered(client, vip, agra, pune | {"supr_op": "or"}) == ["Gavin", "Asha"]


@pytest.mark.usefixtures("three")
def test_no_filters_are_all_contacts_oldest_first(client):
    for body in ({}, {"filters": []}, {"filters": None}):
        answer = client.post(LIST, body)
        assert [each["traits"]["name"] for each in answer.json["data"]["customers"]][::2] == ["Gavin Roberts", "Emma"]


@pytest.mark.usefixtures("three")
def test_a_list_comes_in_windows_with_the_total(client):
    answer = client.post(LIST, {}, query_string={"offset": 1, "limit": 1}).json
    data = answer["data"]
    assert (data["total_customers"], data["has_next_page"], data["offset"], data["limit"]) == (3, True, 1, 1)
    assert filtered(client, offset=1, limit=1) == ["Asha"]
    assert filtered(client, offset=3) == []
    assert client.post(LIST, {}, query_string={"offset": 2}).json["data"]["has_next_page"] is False


def test_a_customer_has_the_hubs_shape(client, three):
    gavin = three.contact(GAVIN)
    (customer,) = client.post(LIST, {"filters": [one("city", "eq", "Pune")]}).json["data"]["customers"]
    assert customer == {
        "id": gavin["id"],
        "user_id": "u-1",
        "phone_number": "9967536783",
        "country_code": "+91",
        "traits": gavin["traits"],
        "tags": [],
        "created_at_utc": gavin["created_at"],
        "modified_at_utc": gavin["modified_at"],
    }
    assert client.read(f"{ID}u-1").json == {"result": True, "message": "Customer found", "data": customer}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("wrong", "pointer", "said"),
    [
        ({"filters": {}}, "/filters", "list"),
        ({"filters": [1]}, "/filters/0", "object"),
        ({"filters": [one("city", "like", "x")]}, "/filters/0/op", "eq, neq, gt"),
        ({"filters": [one("city", ["eq"], "x")]}, "/filters/0/op", "eq, neq, gt"),
        ({"filters": [one("", "eq", "x")]}, "/filters/0/trait", "attribute"),
        ({"filters": [{"op": "eq", "val": 1}]}, "/filters/0/trait", "attribute"),
        ({"filters": [one("city", "eq", "x", "xor")]}, "/filters/0/supr_op", "and or or"),
        ({"filters": [one("city", "eq")]}, "/filters/0/val", "missing"),
        ({"filters": [one("city", "eq", {})]}, "/filters/0/val", "object"),
        ({"filters": [one("visits", "gt", "Pune")]}, "/filters/0/val", "number or a datetime"),
        ({"filters": [one("visits", "gt", True)]}, "/filters/0/val", "number or a datetime"),
        ({"filters": [one("seen", "eq", "2022-10-31T14:00:00")]}, "/filters/0/val", "zone"),
        ({"filters": [one("seen", "gt", "2022-10-31T14:00:00")]}, "/filters/0/val", "zone"),
        ({"filters": [one("created_at_utc", "gt", "2022-10-31T14:00:00")]}, "/filters/0/val", "zone"),
        ({"filters": [one("created_at_utc", "gt", 5)]}, "/filters/0/val", "zone"),
        ({"filters": [one("created_at_utc", "eq", "2022-10-31")]}, "/filters/0/val", "ask by gte 2022-10-31T00:00:00Z"),
        (
            {"filters": [one("modified_at_utc", "neq", "2022-10-31")]},
            "/filters/0/val",
            "ask by lt 2022-10-31T00:00:00Z",
        ),
        ({"filters": [one("created_at_utc", "in", ["2022-10-31"])]}, "/filters/0/val", "holds 2022-10-31, a whole day"),
        ({"filters": [one("created_at_utc", "contains", "2022")]}, "/filters/0/op", "eq, neq"),
        ({"filters": [one("city", "in", "Pune")]}, "/filters/0/val", "list"),
        ({"filters": [one("city", "in", ["x"] * 101)]}, "/filters/0/val", "100"),
        ({"filters": [one("city", "exists", "yes")]}, "/filters/0/val", "true or false"),
        ({"filters": [one("tags", "eq", "vip")]}, "/filters/0/op", "contains"),
        ({"filters": [one("tags", "contains", 5)]}, "/filters/0/val", "tag"),
        ({"filters": [one("phone_number", "eq", "9967536783")]}, "/filters/0/trait", "phone_number"),
        ({"filters": [one("city", "eq", "x")] * 21}, "/filters", "20"),
    ],
)
def test_a_filter_that_is_wrong_is_422_and_says_what_is_allowed(client, description, wrong, pointer, said):
    answer = client.post(LIST, wrong)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert said in answer.json["message"]
    description.assert_fits("POST", LIST, answer)


@pytest.mark.usefixtures("three")
def test_every_wrong_filter_is_named_at_once(client):
    answer = client.post(LIST, {"filters": [one("city", "like"), one("seen", "gt", "now"), one("", "eq", 1)]})
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "/filters/0/op",
        "/filters/1/val",
        "/filters/2/trait",
    ]


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"offset": -1}, {"page": 2}])
def test_a_window_that_is_not_allowed_is_422(client, query):
    answer = client.post(LIST, {}, query_string=query)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json["errors"]] == list(query)


@pytest.mark.parametrize(("raw", "status"), [(b"", 400), (b"[]", 400), (b"x" * 300_000, 413)])
def test_a_body_that_cannot_be_read_is_refused(client, description, raw, status):
    answer = client.post(LIST, raw=raw)
    assert answer.status_code == status
    description.assert_fits("POST", LIST, answer)


@pytest.mark.parametrize("path", [f"{PHONE}9967536783", f"{ID}u-1"])
def test_before_there_is_a_log_it_is_503(client, path):
    assert client.read(path).status_code == 503


def test_the_example_of_a_list_is_what_comes(client, world, description):
    story.tell(client, world, description)
    operation = description.operations["POST", LIST]
    answer = client.post(LIST, operation["requestBody"]["content"]["application/json"]["example"])
    shown = description.answer("POST", LIST, 200)["application/json"]["example"]
    assert comparable(msgspec.json.encode(answer.json).decode()) == comparable(msgspec.json.encode(shown).decode())
    description.assert_fits("POST", LIST, answer)
