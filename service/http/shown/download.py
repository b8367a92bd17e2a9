"""A file of ours as an answer that a browser keeps."""

from pathlib import Path

from flask import Response, send_file


def download(path: Path, kind: str, name: str) -> Response:
    """The file at `path`, of this content type, to be kept under a name.

    The framework takes a relative path for one beside its own code; our data folder may be given as one.
    """
    return send_file(path.absolute(), kind, as_attachment=True, download_name=name)
