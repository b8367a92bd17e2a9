"""People sign in by a one-time link, or with an API key; what ends a session ends it at once."""

import pytest

from service.hub.frame.access import device_of, own_path
from tests.acts import acts
from tests.service.hub.conftest import DAY

OFTEN = 31


@pytest.fixture
def link(people):
    return people.link(people.add("Meera", ["read"], by="tests").id, by="tests")


def test_the_hubs_address_leads_to_the_sign_in_and_on_to_what_was_asked(make_browser, keys):
    browser = make_browser()
    page = browser.open("/contacts?q=gavin")
    assert "Sign in" in page.text
    answer = browser.send(
        "/sign-in", {"key": keys.create("k", ["read"], "t")[1], "next": page.fields["next"]}, token=False
    )
    assert answer.headers["Location"] == "/contacts?q=gavin"


def test_opening_a_link_signs_nobody_in(make_browser, link):
    assert "Meera" in make_browser().open(f"/sign-in/{link}").text
    assert "Meera" in make_browser().open(f"/sign-in/{link}").text
    assert make_browser().get("/contacts").status_code == 303


def test_a_link_signs_its_person_in(make_browser, link):
    browser = make_browser()
    assert browser.send(f"/sign-in/{link}", token=False).status_code == 303
    assert "Meera" in browser.open("/help").text


def test_who_signs_in_and_on_which_device_is_on_the_audit_trail(make_browser, link, store):
    browser = make_browser()
    browser.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/1"
    browser.send(f"/sign-in/{link}", token=False)
    act = acts(store)[-1]
    assert (act.who, act.what, act.detail["device"]) == ("Meera", "signed in", "Firefox on Windows")


def test_a_link_works_once(make_browser, link):
    make_browser().send(f"/sign-in/{link}", token=False)
    second = make_browser()
    assert second.send(f"/sign-in/{link}", token=False).status_code == 410
    assert second.get("/contacts").status_code == 303
    assert "used already" in second.open(f"/sign-in/{link}").text


def test_a_link_is_good_for_a_day(make_browser, link, clock):
    clock.now += DAY + 1
    assert make_browser().send(f"/sign-in/{link}", token=False).status_code == 410


def test_a_link_that_never_was_is_not_known(make_browser):
    assert make_browser().open("/sign-in/nothing").status == 410


def test_a_link_is_not_spent_by_a_page_of_somebody_elses(make_browser, link):
    assert make_browser().send(f"/sign-in/{link}", token=False, site="cross-site").status_code == 403
    assert make_browser().send(f"/sign-in/{link}", token=False).status_code == 303


@pytest.mark.parametrize("key", ["", "wrong", "cl_" + "x" * 43, "é☃"])
def test_a_wrong_key_is_told_and_not_shown_again(make_browser, key):
    answer = make_browser().send("/sign-in", {"key": key}, token=False)
    assert answer.status_code == 401
    assert not key or key not in answer.text


def test_guessing_keys_is_answered_with_the_seconds_to_wait(make_browser):
    browser = make_browser()
    statuses = [browser.sign_in("wrong").status_code for _ in range(OFTEN)]
    assert statuses[-1] == 429
    assert browser.sign_in("wrong").headers["Retry-After"].isdigit()


def test_a_session_lasts_thirty_days(browser, clock):
    clock.now += 30 * DAY - 1
    assert browser.get("/contacts").status_code != 303
    clock.now += 2
    assert browser.get("/contacts").status_code == 303


def test_signing_out_ends_the_session_for_whoever_copied_its_cookie(browser, make_browser):
    copied = make_browser()
    cookie = browser.client.get_cookie("contacts-8080")
    copied.client.set_cookie("contacts-8080", cookie.value)
    assert copied.get("/help").status_code == 200
    answer = browser.send("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert copied.get("/help").status_code == 303


def test_a_revoked_key_ends_its_sessions(make_browser, keys):
    key, text = keys.create("gone", ["read"], by="tests")
    browser = make_browser()
    browser.sign_in(text)
    keys.revoke(key.id, by="tests")
    assert browser.get("/help").status_code == 303


def test_a_removed_person_is_out_everywhere(make_browser, people):
    person = people.add("Ravi", ["read"], by="tests")
    first, second, link = (people.link(person.id, by="tests") for _ in range(3))
    browsers = [make_browser(), make_browser()]
    for browser, one in zip(browsers, (first, second), strict=True):
        browser.send(f"/sign-in/{one}", token=False)
    people.remove(person.id, by="tests")
    assert [browser.get("/help").status_code for browser in browsers] == [303, 303]
    assert make_browser().send(f"/sign-in/{link}", token=False).status_code == 410


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(make_browser, keys):
    answer = make_browser().sign_in(keys.create("k", ["read"], by="tests")[1])
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("contacts-8080=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_belongs_to_this_host_alone(make_browser, keys):
    key = keys.create("k", ["read"], by="tests")[1]
    answer = make_browser().client.post(
        "/sign-in", data={"key": key}, headers={"Sec-Fetch-Site": "same-origin"}, base_url="https://contacts.example"
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-contacts-8080=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_nothing_that_can_sign_in_is_kept_in_clear(make_browser, people, store, world):
    link = people.link(people.add("Emma", ["read"], by="tests").id, by="tests")
    browser = make_browser()
    browser.send(f"/sign-in/{link}", token=False)
    cookie = browser.client.get_cookie("contacts-8080").value
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = world.deployment.service_path.read_bytes()
    assert b"Emma" in kept
    assert link.encode() not in kept
    assert cookie.encode() not in kept


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        None,
        "/sign-out",
        "contacts",
    ],
)
def test_after_the_sign_in_nobody_is_led_elsewhere(address):
    assert own_path(address) == "/contacts"


def test_after_the_sign_in_one_is_led_to_what_was_asked():
    assert own_path("/contacts?where=city%3DPune&q=a") == "/contacts?where=city%3DPune&q=a"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8", "A browser"),
    ],
)
def test_a_device_is_named_in_words(agent, words):
    assert device_of(agent) == words
