"""What journeys through the hub do in a window."""


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
