"""After a form the next page says once what was done, with a way back where there is one."""

from pathlib import Path

import pytest
from flask import Flask, redirect, render_template

import service.hub
from service.hub.frame.notices import Undo, forget, tell, with_notices
from service.hub.frame.words import visible

COOKIE = "notices-8080"


@pytest.fixture
def make_client():
    """Makes a browser of a hub that has one form, which says `told`, under a secret."""

    def make(secret=b"s", **told):
        app = Flask("hub", template_folder=str(Path(service.hub.__file__).parent / "templates"))
        app.jinja_env.filters["visible"] = visible
        with_notices(app, secret, 8080)

        @app.post("/form")
        def form():
            tell(**told)
            return redirect("/page", 303)

        @app.post("/leave")
        def leave():
            forget()
            return redirect("/page", 303)

        @app.get("/page")
        def page():
            return render_template("frame/notices.html", token="t")

        return app.test_client()

    return make


def test_the_next_page_says_it_once(make_client):
    client = make_client(text="City changed.")
    client.post("/form")
    assert "City changed." in client.get("/page").text
    assert "City changed." not in client.get("/page").text
    assert client.get_cookie(COOKIE) is None


def test_its_undo_is_a_form_of_this_session(make_client):
    client = make_client(text="City changed.", undo=Undo("/contacts/c1/undo", {"position": "633"}))
    client.post("/form")
    page = client.get("/page").text
    assert 'action="/contacts/c1/undo"' in page
    assert 'name="csrf" value="t"' in page
    assert 'name="position" value="633"' in page


def test_what_it_says_is_text_and_no_more(make_client):
    client = make_client(text="<script>alert(1)</script>" + "x" * 1000)
    client.post("/form")
    page = client.get("/page").text
    assert "<script" not in page
    assert "x" * 301 not in page


def test_another_deployment_or_a_stranger_can_have_nothing_said(make_client):
    client, other = make_client(text="Send your key to evil.example"), make_client(secret=b"t", text="")
    client.post("/form")
    other.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    assert "evil" not in other.get("/page").text


def test_who_signs_out_takes_along_what_was_not_said(make_client):
    client = make_client(text="City changed.")
    client.post("/form")
    client.post("/leave")
    assert "City" not in client.get("/page").text


def test_scripts_cannot_read_it_nor_other_sites_send_it(make_client):
    cookie = make_client(text="City changed.").post("/form").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
