"""A file in multipart/form-data, written to the disk while it is read, with the limit kept at each piece (R11)."""

from collections.abc import Mapping
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

from service.http.admission.body import BrokenOff, announced, pass_over
from service.http.problem import Problem
from service.imports.record.folder import IncomingFile
from service.imports.table.refusal import FileTooLarge

_AROUND = 64 * 1024
"""Bytes that a body may have besides the file."""

_IN_MEMORY = 512 * 1024
_PASSED_OVER = 2
"""Times the limit that is read on of a file over it."""

_MOST_PARTS = 20
_MOST_NAME = 255
_HOW = "send the file in multipart/form-data as the part `file`, as `curl -F file=@contacts.csv` does"


class _FilePart:
    """A part with a file, as werkzeug writes it."""

    def __init__(self, incoming: IncomingFile) -> None:
        self.write = incoming.write

    def seek(self, _place: int) -> None:
        """Nobody reads it here."""


class _WholeBody:
    """A body with so many bytes: reading it raises BrokenOff where it ends before."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._length = length
        self._came = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        piece = self._stream.read(size)
        self._came += len(piece)
        if not piece and size and self._came < self._length:
            raise BrokenOff(self._came, self._length)
        return piece


def read_file(request: Request, incoming: IncomingFile, most_bytes: int) -> str:
    """Write the body's one file, with nothing beside it, into `incoming`; gives its name. Raises as `read_upload`."""
    name, beside = read_upload(request, incoming, most_bytes)
    if beside:
        raise _one_file()
    return name


def read_upload(request: Request, incoming: IncomingFile, most_bytes: int) -> tuple[str, Mapping[str, str]]:
    """Write the body's one file into `incoming`; gives its name, and the fields of the form beside it.

    The body may come in chunks, for the boundary at its end says whether it is whole (R36).

    Raises Problem (400, 422), FileTooLarge, BrokenOff.
    """
    if request.mimetype != "multipart/form-data":
        raise Problem(400, f"the body is not multipart/form-data: {_HOW}")
    try:
        return _read_form(request, incoming, most_bytes)
    except FileTooLarge:
        if "Expect" not in request.headers:  # who waits for a go-ahead sends nothing more once it has the answer
            pass_over(request.environ["wsgi.input"], _PASSED_OVER * most_bytes)
        raise


def _read_form(request: Request, incoming: IncomingFile, most_bytes: int) -> tuple[str, Mapping[str, str]]:
    parts: list[_FilePart] = []

    def part(**_about: Any) -> _FilePart:
        if parts:
            raise _one_file()
        parts.append(_FilePart(incoming))
        return parts[0]

    environ, length = request.environ, announced(request.environ)
    if length is not None:
        environ = environ | {"wsgi.input": _WholeBody(environ["wsgi.input"], length)}
    try:
        stream = get_input_stream(environ, max_content_length=most_bytes + _AROUND)
    except RequestEntityTooLarge as fault:
        raise FileTooLarge(most_bytes) from fault
    parser = FormDataParser(
        stream_factory=part,  # type: ignore[arg-type]
        max_form_memory_size=_IN_MEMORY,
        max_form_parts=_MOST_PARTS,
        silent=False,
    )
    try:
        _, form, files = parser.parse(stream, request.mimetype, request.content_length, request.mimetype_params)
    except RequestEntityTooLarge as fault:
        raise _one_file() from fault  # the file itself keeps its limit: it is what stands around it
    except ValueError as fault:
        raise Problem(400, f"the body is not whole multipart/form-data: {_HOW}") from fault
    if list(files) != ["file"]:
        raise _one_file()
    name = (files["file"].filename or "upload.csv").replace("\\", "/").rpartition("/")[2][:_MOST_NAME]
    return name, form.to_dict()


def _one_file() -> Problem:
    return Problem(422, f"the body must have one part, the file: {_HOW}", reason="invalid")
