"""What a browser may do with a page: run the hub's own scripts, and nothing that a value of somebody's data says."""

from base64 import b64encode
from collections.abc import Callable

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types htmx"
)
_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def with_policy(app: Flask, random: Callable[[int], bytes]) -> None:
    """Send the headers with every answer; `random(n)` gives n random bytes.

    `nonce()` in a template is this answer's, for scripts and `hx-nonce`. An element with `hx-*` attributes and without
    the nonce is dead: so is one that came out of data.
    """

    def nonce() -> str:
        if "nonce" not in g:
            g.nonce = b64encode(random(16)).decode()
        return str(g.nonce)

    app.jinja_env.globals["nonce"] = nonce

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce())
        if request.endpoint != "static":
            # kept by this browser to be shown again by Back, and asked for before any other use
            response.headers["Cache-Control"] = "no-store" if "ETag" in response.headers else "private, no-cache"
            response.vary.update(("Cookie", "HX-Request"))
        return response
