"""Styles and scripts are asked for once: their address changes with their bytes, and browsers keep what it says."""

import gzip
import re

import pytest


@pytest.fixture
def style(browser):
    return re.search(r'href="(/static/hub\.css[^"]*)"', browser.open("/contacts").html)[1]


def test_a_file_is_kept_for_ever_under_the_address_that_pages_give(browser, style):
    answer = browser.get(style)
    assert answer.content_type.startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("address", ["/static/hub.css", "/static/hub.css?v=0123456789ab"])
def test_under_any_other_address_it_is_asked_for_again(browser, address):
    first = browser.get(address)
    assert first.headers["Cache-Control"] == "no-cache"
    again = browser.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_file_is_sent_compressed_to_who_can_read_it(browser, style):
    plain = browser.get(style)
    small = browser.client.get(style, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(small.data) == plain.data
    assert "Accept-Encoding" in small.headers["Vary"]


@pytest.mark.parametrize("name", ["nothing.css", "../app.py", "%2e%2e/app.py", "vendor"])
def test_nothing_but_these_files_is_answered(browser, name):
    assert browser.get(f"/static/{name}").status_code == 404
