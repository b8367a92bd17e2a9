"""Takes a file through the wizard's pages, and does the importer's part between them."""

import io
import re

from service.wiring.imports import importing
from tests.examples import ASHA, GAVIN
from tests.service.imports.imported import silent

FILE = f"Full Name,Mobile,City\nGavin Roberts,{GAVIN},Pune\nR2 D2,{ASHA},Goa\n"


class Desk:
    """Takes a file through the pages, and does the importer's part between them."""

    def __init__(self, browser, world):
        self.browser, self.world = browser, world

    def upload(self, content, name="october.csv", token=None):
        raw = content.encode() if isinstance(content, str) else content
        form = self.browser.open("/help").fields["csrf"] if token is None else token
        data = {"csrf": form, "file": (io.BytesIO(raw), name)}
        return self.browser.client.post("/imports", data=data, headers={"Sec-Fetch-Site": "same-origin"})

    def uploaded(self, content=FILE, name="october.csv"):
        answer = self.upload(content, name)
        assert answer.status_code == 303
        return answer.headers["Location"]

    def send(self, path, fields=None):
        return self.browser.send(path, fields)

    def page(self, path):
        return self.browser.open(path)

    def matched(self, path, **fields):
        """Send Match columns as it stands, but for these fields."""
        return self.send(f"{path}/mapping", chosen(self.page(f"{path}?step=columns").html) | fields)

    def checked(self, content=FILE, **fields):
        path = self.uploaded(content)
        assert self.matched(path, **fields).status_code == 303
        self.work(path)
        return path

    def run(self, path, **fields):
        assert self.send(f"{path}/confirm", fields).status_code == 303
        self.work(path)

    def work(self, path):
        with importing(self.world.deployment) as importer:
            importer.go_on(path.rpartition("/")[2], silent)
        self.world.settle()


def chosen(html):
    """What the browser would send of the form of Match columns."""
    form = html[html.index('id="columns"') : html.index("</form>", html.index('id="columns"'))]
    fields = {}
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        picked = re.findall(r'<option value="([^"]*)" selected', options)
        fields[name] = picked[0] if picked else re.findall(r'<option value="([^"]*)"', options)[0]
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_on = given.get("type") not in ("radio", "checkbox") or " checked" in tag
        if is_on and given.get("name") not in (None, "csrf"):
            fields[given["name"]] = given.get("value", "on")
    return fields
