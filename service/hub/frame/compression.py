"""Pages are sent compressed; how long one is says nothing of what it holds."""

from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO

from flask import Flask, Response, request

_WORTH_IT = 1024
_LEVEL = 4


def compressed(app: Flask, random: Callable[[int], bytes]) -> None:
    """Compress the pages of `app` for browsers that can read it. `random(n)` gives n random bytes."""

    @app.after_request
    def squeeze(response: Response) -> Response:
        if (
            response.mimetype != "text/html"
            or response.is_streamed
            or "Content-Encoding" in response.headers
            or not request.accept_encodings["gzip"]
        ):
            return response
        body = response.get_data()
        if len(body) >= _WORTH_IT:
            response.set_data(_gzip(body, random(1)[0]))
            response.headers["Content-Encoding"] = "gzip"
            response.vary.add("Accept-Encoding")
        return response


def _gzip(body: bytes, padding: int) -> bytes:
    """The body compressed, its length blurred by a name of up to 256 characters.

    Who can put text of theirs into a page and watch the length of the answer could guess what else stands in it
    (BREACH); the secret that matters most, the token of forms, is masked anew in each page besides.
    """
    out = BytesIO()
    with GzipFile("x" * (1 + padding), "wb", _LEVEL, out, mtime=0) as file:
        file.write(body)
    return out.getvalue()
