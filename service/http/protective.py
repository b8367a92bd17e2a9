"""Headers that keep browsers and caches from doing more with an answer than it is for."""

from flask import Response

SAFE = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
"""Of every answer."""

NOT_KEPT = ("Cache-Control", "no-store")
"""Of every answer that may hold personal data, and is no state of something that is asked for again."""

_ASKED_AGAIN = "private, no-cache"


def protect(response: Response) -> None:
    """Add the headers; nobody keeps the answer, but for the caller's own cache where an ETag says whether it is fresh.

    A view that has said `Cache-Control` knows better.
    """
    headers = response.headers
    headers.extend(SAFE)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = _ASKED_AGAIN if "ETag" in headers else NOT_KEPT[1]
