"""Everything about one person: what is in it, and that its page shows values and runs none."""

from contextlib import closing
from functools import partial
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from service.deployment.tables.audit_trail import AuditTable, record
from service.http.shown.person_page import person_page
from service.http.shown.shown_values import Moments
from service.imports.registry.import_order import Order
from service.queries.contact.find import Unknown, find
from service.wiring.exports import one_person
from tests.examples import ASHA, GAVIN, MEERA
from tests.service.imports.imported import WorldImports

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></pre><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "\x00\x1b[31m",
]


@pytest.fixture
def store(world):
    with closing(world.drivers.store()) as opened:
        yield opened


@pytest.fixture
def everything(world, store):
    """Everything about somebody, as a document."""

    def about(who, by="asha", form="json"):
        return one_person(world.drivers, partial(record, store)).document(lambda log: find(log, who), by, form)

    return about


def page_of(document):
    return person_page(document, Moments(ZoneInfo("Asia/Kolkata"), lambda: 0))


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.attributes, self.text = set(), set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


def test_it_has_the_contact_and_every_message_about_it_as_it_came(world, everything):
    sent = world.track(phone=GAVIN, city="Pune")
    world.tag("vip", phone=GAVIN)
    world.track(phone=ASHA, city="Goa")
    world.settle()
    found = everything(GAVIN)
    assert found["contact"] == world.contact(GAVIN)
    assert [event["type"] for event in found["events"]] == ["UserTracked", "TagsAdded"]
    assert found["events"][0]["id"] == sent
    assert '"city":"Pune"' in found["events"][0]["sent"]["raw"]
    assert ASHA not in str(found)


def test_it_has_what_was_said_of_contacts_that_were_merged_into_it(world, everything):
    world.track(phone=GAVIN, city="Pune")
    world.track(user_id="u-2", area="Kothrud")
    world.track(phone=GAVIN, user_id="u-2")
    world.settle()
    found = everything(GAVIN)
    assert (len(found["ids"]), found["phones"], found["user_ids"]) == (2, [GAVIN], ["u-2"])
    assert {"city", "area"} <= found["values"].keys()
    assert len(found["events"]) == 3


def test_it_has_nothing_that_is_of_somebody_who_was_split_from_the_person_again(world, everything):
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=ASHA, user_id="u-2", city="Goa")
    world.settle()
    one, other = (world.contact(who)["id"] for who in (GAVIN, ASHA))
    said = {"by": "meera", "reason": "as they told us"}
    world.send_signed("/cli", "ContactsMerged", "o1", {"survivor": one, "absorbed": other, **said})
    world.consume()
    world.send_signed("/cli", "ContactsSplit", "o2", {"absorbed": other, **said})
    world.publish([b'{"broken": "u-2"'])
    world.track(phone=ASHA, user_id="somebody-else")
    world.settle()
    everything(ASHA)
    found = everything(GAVIN)
    assert (found["ids"], found["phones"], found["user_ids"]) == ([one], [GAVIN], [])
    assert (found["rejected"], found["acts"]) == ([], [])
    assert [event["type"] for event in found["events"]] == ["UserTracked", "ContactsMerged", "ContactsSplit"]
    assert everything(ASHA)["events"][0]["type"] == "UserTracked"


def test_of_somebody_who_was_erased_it_says_just_that(world, everything):
    world.track(phone=GAVIN, name="Gavin Roberts", city="Pune")
    world.settle()
    id = world.contact(GAVIN)["id"]
    world.send_signed("/cli", "ContactErased", "o1", {"contact": id, "by": "meera", "reason": "asked to be forgotten"})
    world.settle()
    with pytest.raises(Unknown, match=r"was erased .* by meera"):
        everything(id)


def test_it_has_each_change_of_consent_with_who_said_so(world, everything):
    world.track(phone=GAVIN, whatsapp_opted=True)
    world.track(phone=GAVIN, city="Pune")
    world.track(phone=GAVIN, whatsapp_opted=False)
    world.settle()
    changes = everything(GAVIN)["consent"]
    assert [(one["from"], one["to"]) for one in changes] == [(None, True), (True, False)]
    assert changes[0]["origin"]["kind"] == "upstream"


def test_it_has_the_files_with_lines_those_that_were_taken_and_those_that_were_not(world, everything):
    with closing(WorldImports(world)) as desk:
        first = desk.bring(f"Name,Phone\nGavin Roberts,{GAVIN}\nAsha,{ASHA}\n", name="october.csv")["id"]
        second = desk.bring(f"Name,Phone\nMeera,{MEERA}\nR2D2,{GAVIN}\n", name="november.csv")["id"]
    found = everything(GAVIN)
    assert [(one["id"], one["name"], one["lines"]) for one in found["imports"]] == [(first, "october.csv", [2])]
    assert [(one["import"], one["line"], one["text"]) for one in found["lines"]] == [
        (first, 2, f"Gavin Roberts,{GAVIN}"), (second, 3, f"R2D2,{GAVIN}"),
    ]  # fmt: skip


def test_it_has_refused_messages_that_mention_any_phone_or_user_id_and_what_became_of_them(world, everything):
    world.track(phone=GAVIN, user_id="u-2")
    world.track(phone=GAVIN, user_id="somebody-else")
    world.publish([b'{"broken": "call +91 99675 36783"'])
    world.publish([b'{"broken": "nobody"'])
    world.settle()
    rejected = everything(GAVIN)["rejected"]
    assert [(one["position"], one["reason"], one["found_by"]) for one in rejected] == [
        (2, "identity_conflict", "phone"), (3, "unreadable", "phone"),
    ]  # fmt: skip
    assert rejected[1]["raw"] == '{"broken": "call +91 99675 36783"'


def test_somebody_whose_import_was_undone_is_gone_and_the_story_is_told(world, everything):
    with closing(WorldImports(world)) as desk:
        id = desk.bring(f"Name,Phone\nGavin,{GAVIN}\n")["id"]
        desk.importer.order(id, Order(is_redo=False, by="asha", reason="the wrong file"))
    world.settle()
    found = everything(GAVIN)
    assert found["contact"] is None
    assert [(event["type"], event.get("reason")) for event in found["events"]] == [
        ("UserTracked", None), ("ImportUndone", "the wrong file"),
    ]  # fmt: skip
    assert "The contact is gone" in page_of(found)


def test_who_takes_it_is_told_by_the_audit_trail_and_by_what_is_taken_next(world, everything, store):
    world.track(phone=GAVIN)
    world.settle()
    assert everything(GAVIN, by="meera", form="html")["acts"] == []
    (kept,) = AuditTable(store).newest(1)
    id = world.contact(GAVIN)["id"]
    assert (kept.act.who, kept.act.what, kept.act.detail) == (
        "meera", "everything exported", {"contact": id, "format": "html"},
    )  # fmt: skip
    (act,) = everything(GAVIN)["acts"]
    assert (act["who"], act["what"]) == ("meera", "everything exported")


def test_nobody_who_is_unknown_is_handed_out_or_noted(world, everything, store):
    world.track(phone=GAVIN)
    world.settle()
    with pytest.raises(Unknown):
        everything(ASHA)
    assert AuditTable(store).newest(1) == []


def test_the_page_has_every_value_in_words_and_in_the_business_s_time(world, everything):
    world.track(phone=GAVIN, time="2026-10-31T14:00:00Z", whatsapp_opted=True, Points=12500, hobbies=["a", "b"])
    world.settle()
    text = Tags(page_of(everything(GAVIN))).text
    for shown in ("Yes", "12,500", "a, b", "31 Oct 2026, 19:30:00 IST", GAVIN, "WhatsApp Opted"):
        assert shown in text


@pytest.mark.parametrize("nasty", HOSTILE)
def test_nothing_that_was_said_runs_on_the_page_or_hides_in_it(world, everything, nasty):
    world.track(phone=GAVIN, name=nasty, **{nasty.strip(): nasty, "list": [nasty]})
    world.tag(nasty.replace("\x00", ""), phone=GAVIN)
    world.send("EventTracked", {"phone": GAVIN, "event": nasty, "traits": {}}, source=f"https://shop.example/{nasty}")
    world.publish([nasty.encode() + GAVIN.encode()], headers=((nasty, nasty.encode()),), key=nasty.encode())
    world.settle()
    with closing(WorldImports(world)) as desk:
        cell = nasty.replace('"', "").replace("\x00", "")
        desk.bring(f'Name,Phone,Note\nGavin,{GAVIN},"{cell}"\n', name=f"{nasty[:20]}.csv")
    html = page_of(everything(GAVIN, by=nasty))
    page = Tags(html)
    assert not page.found & {"script", "img", "svg", "iframe", "object", "link", "form", "base", "a"}
    assert not [name for name in page.attributes if name.startswith("on") or name in ("style", "src", "href")]
    assert not {"\u202e", "\x00", "\x1b"} & set(html)
    assert html.count("<title>") == 1


def test_the_page_needs_nothing_from_elsewhere_and_forbids_it(world, everything):
    world.track(phone=GAVIN)
    world.settle()
    html = page_of(everything(GAVIN))
    assert html.startswith("<!doctype html>")
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert "://" not in html.replace("https://shop.example/orders", "")


def test_a_line_is_found_by_the_event_that_came_of_it_and_in_every_form_that_an_import_takes(world, everything):
    with closing(WorldImports(world)) as desk:
        head, national = "Name,Country Code,Phone Number\n", GAVIN[3:]
        spaced, rejected = f"{national[:5]} - {national[5:]}", f"{national[:5]}/{national[5:]}"
        text = f"{head}Gavin,91,{spaced}\nGavin,91,{spaced}\nGavin,91,{rejected}\nAsha,91,{ASHA[3:]}\n"
        desk.bring(text, clean_phones=True)
    world.settle()
    assert [(one["line"], one["found_by"]) for one in everything(GAVIN)["lines"]] == [
        (2, "phone"), (3, "phone"), (4, "phone"),
    ]  # fmt: skip
