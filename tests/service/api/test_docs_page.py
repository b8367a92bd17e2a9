"""`/docs` shows the description in a browser that reaches this server and nothing else."""

from html.parser import HTMLParser

import pytest


class Links(HTMLParser):
    """All that a page loads or leads to, and its scripts' own text."""

    def __init__(self, page):
        super().__init__()
        self.loaded, self.inline = [], []
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.loaded += [value for name, value in attrs if name in ("src", "href")]
        self._in_script = tag == "script"

    def handle_data(self, data):
        if self._in_script and data.strip():
            self.inline.append(data)


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_all_that_the_page_loads_is_on_this_server(client, path):
    links = Links(client.get(path).text)
    assert "/docs/swagger-ui-bundle.js" in links.loaded
    for address in links.loaded:
        assert address.startswith("/")
        assert client.get(address).status_code == 200


def test_the_browser_is_told_to_load_nothing_from_elsewhere(client):
    answer = client.get("/docs")
    policy = dict(rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert Links(answer.text).inline == []


def test_the_page_shows_this_servers_description(client):
    script = client.get("/docs/docs.js").text
    assert '"/openapi.json"' in script
    assert "SwaggerUIBundle" in client.get("/docs/swagger-ui-bundle.js").text


@pytest.mark.parametrize("name", ["docs.html", "..%2fapp.py", "swagger-ui.js", "VERSION"])
def test_no_other_file_is_given_out(client, name):
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_description_is_sent_once_to_whoever_has_it(client, description):
    tag = client.get("/openapi.json").headers["ETag"]
    answer = client.get("/openapi.json", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    description.assert_fits("GET", "/openapi.json", answer)
