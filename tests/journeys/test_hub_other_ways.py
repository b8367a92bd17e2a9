"""The hub in other ways than by a click at a time: two tabs, no scripts, keys alone, dropped and cancelled files."""

import re

import pytest

from tests.journeys.windows import choose_file, result_of, text_of
from tests.shipped import serving


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An empty ledger; the bus makes no difference to what a window does."""
    with serving(tmp_path_factory.mktemp("other-ways")) as served:
        yield served


def test_the_second_of_two_tabs_and_of_two_clicks_is_told_that_the_file_is_running_already(open_hub, told):
    first = open_hub().page
    choose_file(first, told.url, "twice.csv", b"Name,Phone\nTwice Over,+919820078811\n")
    first.get_by_role("button", name="Next: match columns").click()
    first.get_by_role("button", name="Next: check the file").click()
    first.get_by_role("heading", name="What would happen").wait_for()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_role("button", name="Import 1 row").dblclick()
    result_of(first)
    second.get_by_role("button", name="Import 1 row").click()
    result_of(second)
    assert "This was not done" in second.locator("body").inner_text()
    second.reload()
    assert "This was not done" not in second.locator("body").inner_text()
    first.go_back()
    assert "1 rows = 1 new" in text_of(first).replace("1 row ", "1 rows ")


def test_without_scripts_a_file_goes_its_whole_way(open_hub, told):
    page = open_hub(java_script_enabled=False).page
    choose_file(page, told.url, "no-scripts.csv", b"Name,Phone\nNo Scripts,+919820078821\n")
    page.get_by_label("vip").check()
    page.get_by_role("button", name="Next: match columns").click()
    page.get_by_role("button", name="Next: check the file").click()
    page.get_by_role("heading", name="What would happen").wait_for()
    page.get_by_role("button", name="Import 1 row").click()
    result_of(page)
    page.locator("summary", has_text="Undo this import").click()
    page.get_by_label("Why (optional)").fill("not yet")
    page.get_by_role("button", name="Undo 1 row").click()
    assert "Undone by first key: not yet" in result_of(page)


def test_a_value_is_found_edited_and_looked_up_by_keys_alone(open_hub, told):
    told.track({"userId": "by-keys", "traits": {"name": "Key Board", "area": "Powai"}})
    told.shipped.settle()
    page = open_hub().page
    page.locator("[data-keys]").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("key board")
    page.wait_for_url("**q=key*board*")
    page.get_by_role("link", name="Key Board", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Key Board").wait_for()
    page.locator("[data-keys]").wait_for()
    page.keyboard.press("e")
    page.get_by_label("Name", exact=True).wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.type("Key Bored")
    page.keyboard.press("Enter")
    page.locator("#f-name", has_text="Key Bored").locator(".pencil").wait_for()
    page.keyboard.press("[")
    page.get_by_text("Event 1 of 2").wait_for()
    assert "Key Board" in page.locator(".details").inner_text()


def test_a_file_that_is_dropped_on_the_list_is_at_its_next_step(open_hub):
    window = open_hub()
    page = window.page
    page.locator("[data-keys]").wait_for()  # scripts run
    dropped = page.evaluate_handle(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["Name,Phone\\nDrop Ped,+919820078841\\n"], "dropped.csv", {type: "text/csv"}));
            return dropped;
        }"""
    )
    for what in ("dragover", "drop"):
        page.dispatch_event("body", what, {"dataTransfer": dropped})
    page.get_by_role("heading", name="dropped.csv").wait_for()
    page.get_by_role("heading", name="Which tags").wait_for()
    assert window.complaints == []


def test_an_upload_says_how_far_it_is_can_be_cancelled_and_sent_again(open_hub, told):
    page = open_hub().page
    page.goto(f"{told.url}imports/new", wait_until="networkidle")
    network = page.context.new_cdp_session(page)

    def upload_at_most(bytes_a_second):
        given = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
        network.send("Network.emulateNetworkConditions", given)

    upload_at_most(200_000)
    rows = "".join(f"Some Body,+91982007{number:04}\n" for number in range(10_000)) * 8
    file = {"name": "slow.csv", "mimeType": "text/csv", "buffer": f"Name,Phone\n{rows}".encode()}
    page.get_by_label("CSV or Excel").set_input_files(file)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_text(re.compile(r"\d+ %, [\d.]+ MB a second")).wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="hidden")
    assert page.get_by_label("CSV or Excel").evaluate("field => field.files[0].name") == "slow.csv"
    upload_at_most(-1)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("heading", name="slow.csv").wait_for()
