"""Sign in by a one-time link or an API key, sign out, and the theme of the device."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request

from service.deployment.tables.people import LinkUnusable, People
from service.http.admission.gate import Gate, SignInFailed, SignInsThrottled
from service.hub.frame.access import Access, own_path
from service.hub.frame.notices import forget

THEMES = ("light", "dark", "auto")


def signing_in(access: Access, gate: Gate, people: People) -> Blueprint:
    """The pages that need no session."""
    pages = Blueprint("signing_in", __name__)

    @pages.get("/sign-in")
    def sign_in_page() -> Any:
        if g.session is not None:
            return redirect(own_path(request.args.get("next")), 303)
        return render_template("frame/sign_in.html", next=own_path(request.args.get("next")), fault=None)

    @pages.post("/sign-in")
    def sign_in() -> Any:
        following, text = own_path(request.form.get("next")), request.form.get("key", "").strip()
        try:
            key = gate.admit(f"Bearer {text}" if text else None, request.remote_addr or "", *_ANY)
        except SignInFailed:
            fault = "Type the key first." if not text else "This key is not valid. Check that it was copied whole."
            return render_template("frame/sign_in.html", next=following, fault=fault), 401
        except SignInsThrottled as throttled:
            fault = f"Too many wrong keys came from here. Try again in {throttled.retry_after} seconds."
            headers = {"Retry-After": str(throttled.retry_after)}
            return render_template("frame/sign_in.html", next=following, fault=fault), 429, headers
        return access.sign_in(redirect(following, 303), key=key.id)

    @pages.get("/sign-in/<link>")
    def link_page(link: str) -> Any:
        # opening it changes nothing: programs that preview links in a chat open them too
        try:
            person = people.holder(link)
        except LinkUnusable as fault:
            return render_template("frame/link.html", person=None, fault=str(fault)), 410
        return render_template("frame/link.html", person=person, fault=None)

    @pages.post("/sign-in/<link>")
    def spend_link(link: str) -> Any:
        try:
            person = people.spend(link)
        except LinkUnusable as fault:
            return render_template("frame/link.html", person=None, fault=str(fault)), 410
        return access.sign_in(redirect("/contacts", 303), person=person.id)

    @pages.post("/theme")
    def theme() -> Any:
        chosen = request.form.get("theme")
        response = redirect(own_path(request.form.get("next")), 303)
        if chosen in THEMES:
            response.set_cookie("theme", chosen, max_age=365 * 24 * 3600, httponly=True, samesite="Lax")
        return response

    return pages


def signing_out(access: Access) -> Blueprint:
    """The way out, for whoever is in."""
    pages = Blueprint("signing_out", __name__)

    @pages.post("/sign-out")
    def sign_out() -> Any:
        forget()
        return access.sign_out(redirect("/sign-in", 303))

    return pages


_ANY = ("track", "read", "import", "export", "audit", "erase", "admin")
