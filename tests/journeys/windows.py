"""What journeys through the hub do in a window."""

import re


def sign_in(page, key):
    """Sign in with a key, from the page that asks for it."""
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/contacts*")


def choose_file(page, url, name, content):
    """Choose a file in the wizard, and upload it."""
    page.goto(f"{url}imports/new")
    page.get_by_label("CSV or Excel").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload the file").click()


def text_of(page):
    """What the page's main part says, in one line."""
    return " ".join(page.get_by_role("main").inner_text().split())


def result_of(page):
    """The text of the result of an import, once it is there."""
    page.get_by_role("heading", name=re.compile("What happened|What it had done")).wait_for()
    return text_of(page)
