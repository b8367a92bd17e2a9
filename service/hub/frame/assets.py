"""Styles, scripts and pictures of the pages: read once at the start, kept by browsers under an address of their own."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from markupsafe import Markup

_SQUEEZED = ("text/", "image/svg")
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `squeezed` is None where gzip gains nothing."""

    body: bytes
    squeezed: bytes | None
    type: str


class Assets:
    """The files of a folder, by their path in it.

    Their addresses begin with a hash of all of them. So what a file names relative to itself, such as the font of a
    style or a part of a script, changes its address with them.
    """

    def __init__(self, folder: Path) -> None:
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._assets = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        everything = sha256()
        for name, asset in self._assets.items():
            everything.update(sha256(name.encode()).digest() + sha256(asset.body).digest())
        self._mark = everything.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is. Raises KeyError for one that is not there."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/static/{self._mark}/{name}"

    def icon(self, name: str) -> Markup:
        """An icon beside words that say the same, by its name in `vendor/icons.svg`."""
        sprite = self.address("vendor/icons.svg")
        return Markup('<svg class="icon" width="16" height="16" aria-hidden="true"><use href="{}#{}"/></svg>').format(
            sprite, name
        )

    def serve(self, app: Flask) -> None:
        """Answer for the files; a browser asks for each once. Templates have `asset(name)` and `icon(name)`."""
        app.jinja_env.globals.update(asset=self.address, icon=self.icon)

        @app.get("/static/<mark>/<path:name>", endpoint="static")
        def static(mark: str, name: str) -> Any:
            asset = self._assets.get(name)
            if asset is None:
                abort(404)
            response = Response(asset.body, mimetype=asset.type)
            if asset.squeezed is not None:
                response.vary.add("Accept-Encoding")
                if request.accept_encodings["gzip"]:
                    response.set_data(asset.squeezed)
                    response.headers["Content-Encoding"] = "gzip"
            # a page of an earlier version that is still open gets what there is now, and does not keep it
            response.headers["Cache-Control"] = _FOR_EVER if mark == self._mark else "no-store"
            return response


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, gzip.compress(body, mtime=0) if kind.startswith(_SQUEEZED) else None, kind)
