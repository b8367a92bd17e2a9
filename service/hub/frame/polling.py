"""Pages that ask again and again are answered 304 while nothing on them has changed."""

import hashlib
import re

from flask import Flask, Response, request

from service.hub.frame.access import is_fragment

_OF_EACH_ANSWER = re.compile(rb' (?:hx-)?nonce="[^"]*"| name="csrf" value="[^"]*"')
"""What differs in every answer, though it shows the same."""


def is_poll() -> bool:
    """Whether a script asks whether a part of a page has changed.

    Browsers themselves never do, for what a script puts into a page is not kept: its nonce would be an old one.
    """
    return request.method == "GET" and is_fragment() and "If-None-Match" in request.headers


def polled(app: Flask) -> None:
    """Give polls an ETag, and nothing else while it is the one that the page has.

    One that is led elsewhere has the browser go there: what a page says of what was done is no part of what a poll
    exchanges.
    """

    @app.after_request
    def compare(response: Response) -> Response:
        if is_poll() and response.status_code == 200 and response.mimetype == "text/html":
            shown = _OF_EACH_ANSWER.sub(b"", response.get_data())
            response.set_etag(hashlib.sha256(shown).hexdigest()[:32])
            response.make_conditional(request)
        if is_poll() and response.location is not None:
            response = Response(status=204, headers={"HX-Redirect": response.location})
        return response
