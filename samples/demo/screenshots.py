"""`make screenshots`: pictures of every page of the demo's hub, light, dark and narrow, into a folder to look through.

    python samples/demo/screenshots.py FOLDER PORT PICTURES [chosen pages …]

The demo must be running (`make demo`). Needs the tests' packages and a Chromium.
"""

import json
import os
import shutil
import subprocess
import sys
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


def addresses(page: Page, base: str) -> dict[str, str]:
    """By the name of a picture, the address of a page, found by walking through the hub."""
    found = {
        "contacts": "/contacts",
        "contacts-filtered": "/contacts?where=city%3DPune&tag=vip",
        "contacts-nobody": "/contacts?where=city%3DNowhere",
        "imports": "/imports",
        "imports-new": "/imports/new",
        "records": "/audit",
        "people": "/people",
        "help": "/help",
    }
    page.goto(f"{base}/contacts?tag=loyalty+2026&tag=vip")
    link = page.locator("tbody th a").first.get_attribute("href")
    if link:
        found["contact"] = link
        page.goto(base + link)
        earlier = page.get_by_role("link", name="Earlier").first
        if earlier.count():
            found["contact-past"] = earlier.get_attribute("href") or link
    page.goto(f"{base}/imports")
    run = page.locator("main a[href^='/imports/']:not([href='/imports/new'])").first
    if run.count():
        found["import"] = run.get_attribute("href") or ""
    return found


def main(folder: Path, port: int, pictures: Path, chosen: list[str]) -> None:
    """Take the pictures."""
    base = f"http://127.0.0.1:{port}"
    environ = os.environ | {"CONTACTS_DATA": str(folder / "data"), "CONTACTS_PORT": str(port)}
    command = [sys.executable, "-m", "service", "keys", "create", "--name", "Meera Shah", "--json"]
    for scope in ("read", "track", "import", "export", "audit", "erase", "admin"):
        command += ["--scope", scope]
    key = json.loads(subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout)["key"]
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
            for name, address in addresses(page, base).items():
                if not chosen or name in chosen:
                    page.goto(base + address)
                    page.screenshot(path=pictures / f"{name}-{look}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
