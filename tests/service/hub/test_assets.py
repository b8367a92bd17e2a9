"""Styles and scripts are asked for once: their addresses change with their bytes, and browsers keep what is there."""

import gzip
import re
from pathlib import Path

import pytest

import service.hub
from service.hub.frame.assets import Assets

STATIC = Path(service.hub.__file__).parent / "static"


@pytest.fixture
def style(browser):
    return re.search(r'href="(/static/[^"]*/hub\.css)"', browser.open("/contacts").html)[1]


def test_a_file_is_kept_for_ever_under_the_address_that_pages_give(browser, style):
    answer = browser.get(style)
    assert answer.content_type.startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_page_of_an_earlier_version_gets_what_there_is_and_does_not_keep_it(browser):
    answer = browser.get("/static/0123456789ab/hub.css")
    assert answer.data == (STATIC / "hub.css").read_bytes()
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_changes_with_any_file(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "b.js").write_text("1")
    before = Assets(tmp_path).address("a.css")
    assert Assets(tmp_path).address("a.css") == before
    (tmp_path / "b.js").write_text("2")
    assert Assets(tmp_path).address("a.css") != before


def test_a_page_cannot_name_a_file_that_is_not_there(tmp_path):
    with pytest.raises(KeyError):
        Assets(tmp_path).address("hub.css")


def test_a_file_is_sent_compressed_to_who_can_read_it(browser, style):
    plain = browser.get(style)
    small = browser.client.get(style, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(small.data) == plain.data
    assert "Accept-Encoding" in small.headers["Vary"]


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "%2e%2e/app.py", "vendor"])
def test_nothing_but_these_files_is_answered(browser, name):
    assert browser.get(f"/static/0123456789ab/{name}").status_code == 404


def test_what_a_file_names_is_there():
    for path in (*STATIC.glob("*.css"), *STATIC.rglob("*.js")):
        if path.parent.name != "vendor":
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r'url\("?([^")]+)|(?:from|import) "([^"]+)"', text):
                assert (path.parent / (name[0] or name[1])).is_file(), (path.name, name)
