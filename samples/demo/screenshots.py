"""`make screenshots`: pictures of every page of the demo's hub, light, dark and narrow, into a folder to look through.

    python samples/demo/screenshots.py FOLDER PORT PICTURES [chosen pages …]

The demo must be running (`make demo`). Needs the tests' packages and a Chromium.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "narrow": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "has_touch": True,
        "is_mobile": True,
    },
}
KNOWN = {
    "contacts": "/contacts",
    "contacts-filtered": "/contacts?where=city%3DPune&tag=vip",
    "contacts-filter": "/contacts?filter=tags",
    "contacts-nobody": "/contacts?where=city%3DNowhere",
    "contact-new": "/contacts/new",
    "duplicates": "/duplicates",
    "growth": "/contacts/growth",
    "imports": "/imports",
    "imports-new": "/imports/new",
    "imports-none": "/imports?by=nobody",
    "edit-new": "/edits/new?where=city%3DPune",
    "edits": "/edits",
    "export-new": "/exports/new?where=city%3DPune",
    "exports": "/exports",
    "records": "/audit",
    "refused": "/audit/rejected",
    "refused-none": "/audit/rejected?reason=too_large",
    "entry": "/audit/entries/1",
    "trail": "/audit/trail",
    "trail-none": "/audit/trail?who=nobody",
    "keys": "/audit/keys",
    "people": "/people",
    "help": "/help",
    "nothing": "/nowhere",
}
"""By the name of a picture, the address of a page."""


def found_by_walking(page: Page, base: str) -> Iterator[tuple[str, str]]:
    """As `KNOWN`, pages whose addresses have ids."""

    def first(at: str, link: str) -> str:
        page.goto(base + at)
        return page.locator(link).first.get_attribute("href") or at

    began = date.today() - timedelta(days=729)
    yield "growth-by-month", f"/contacts/growth?since={began}&until={date.today()}"
    contact = first("/contacts?tag=loyalty&tag=vip", "tbody th a")
    yield "contact", contact
    yield "contact-edit", f"{contact}?edit=city"
    yield "contact-past", first(contact, "a:has-text('Earlier')")
    yield "contact-merge", f"{contact}/merge"
    yield "contact-erase", f"{contact}/erase"
    yield "contact-everything", f"{contact}/everything"
    result = first("/imports?state=done", "main tbody a")
    yield "import", result
    yield "import-undone", first("/imports?state=undone", "main tbody a")
    yield "import-rejected", f"{result}/rejected"
    prepared = first("/imports?state=uploaded", "main tbody a")
    for step in ("tags", "columns"):
        yield f"import-{step}", f"{prepared}?step={step}"
    yield "edit", first("/edits", "main tbody a")
    yield "export", first("/exports", "main tbody a")
    yield "run", first("/audit", "main tbody a")


def main(folder: Path, port: int, pictures: Path, chosen: list[str]) -> None:
    """Take the pictures."""
    base = f"http://127.0.0.1:{port}"
    environ = os.environ | {"CONTACTS_DATA": str(folder / "data"), "CONTACTS_PORT": str(port)}
    command = [sys.executable, "-m", "service", "keys", "create", "--name", "Meera Shah", "--json"]
    for scope in ("read", "track", "import", "export", "audit", "erase", "admin"):
        command += ["--scope", scope]
    made = json.loads(subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout)
    try:
        take(base, made["key"], pictures, chosen)
    finally:
        subprocess.run([sys.executable, "-m", "service", "keys", "revoke", made["id"]], env=environ, check=True)


def take(base: str, key: str, pictures: Path, chosen: list[str]) -> None:
    """The pictures in every look, signed in with this key."""
    pictures.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for look, options in LOOKS.items():
            page = browser.new_context(**options).new_page()
            page.goto(f"{base}/sign-in")
            if not chosen or "sign-in" in chosen:
                page.screenshot(path=pictures / f"sign-in-{look}.png")
            page.get_by_label("API key").fill(key)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/contacts")
            for name, address in (*KNOWN.items(), *found_by_walking(page, base)):
                if not chosen or name in chosen:
                    page.goto(base + address, wait_until="networkidle")
                    page.screenshot(path=pictures / f"{name}-{look}.png", full_page=name not in ("contacts", "contact"))
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
