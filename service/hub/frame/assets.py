"""Styles, scripts and pictures of the pages: read once at the start, kept by browsers under an address of their own."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

_SQUEEZED = ("text/", "image/svg", "application/json")
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `mark` is the beginning of its SHA-256; `squeezed` is None where gzip gains nothing."""

    body: bytes
    squeezed: bytes | None
    type: str
    mark: str


class Assets:
    """The files of a folder, by their path in it."""

    def __init__(self, folder: Path) -> None:
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._assets = {path.relative_to(folder).as_posix(): _read(path) for path in paths}

    def address(self, name: str) -> str:
        """Where a file is, under an address that changes with its bytes. Raises KeyError for one that is not there.

        A vendored file has its version in its name.
        """
        asset = self._assets[name]
        return f"/static/{name}" if _is_vendored(name) else f"/static/{name}?v={asset.mark}"

    def serve(self, app: Flask) -> None:
        """Answer for the files under `/static`; a browser asks once for each address."""
        app.jinja_env.globals["asset"] = self.address

        @app.get("/static/<path:name>", endpoint="static")
        def static(name: str) -> Any:
            asset = self._assets.get(name)
            if asset is None:
                abort(404)
            response = Response(asset.body, mimetype=asset.type)
            if asset.squeezed is not None:
                response.vary.add("Accept-Encoding")
                if request.accept_encodings["gzip"]:
                    response.set_data(asset.squeezed)
                    response.headers["Content-Encoding"] = "gzip"
            is_whole = _is_vendored(name) or request.args.get("v") == asset.mark
            response.headers["Cache-Control"] = _FOR_EVER if is_whole else "no-cache"
            response.set_etag(asset.mark)
            return response.make_conditional(request)


def _is_vendored(name: str) -> bool:
    return name.startswith("vendor/")


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    squeezed = gzip.compress(body, mtime=0) if kind.startswith(_SQUEEZED) else None
    return Asset(body, squeezed, kind, sha256(body).hexdigest()[:12])
