"""From a file's bytes to UTF-8 text without BOM: encodings, and what is no text at all (R24)."""

import codecs
from collections.abc import Iterator

from service.imports.table.encodings import codec
from service.imports.table.formats import refuse_binary, refuse_text
from service.imports.table.refusal import FileRefused, UnknownEncoding

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_OF_WIDE = 4
"""In an encoding of two bytes or more a quarter of those of plain letters is NUL at least."""

_LINE_SHOWN = 200
_START_SHOWN = 4096


def utf8(chunks: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """The same text as UTF-8 without BOM. `encoding` None: UTF-8, or UTF-16 where a BOM says so.

    Raises FileRefused for what is no text, UnknownEncoding where none was given and the bytes fit none.
    """
    first = next(chunks, b"")
    refuse_binary(first)
    name = encoding or next((name for bom, name in _BOMS if first.startswith(bom)), "utf-8")
    decoder = codec(name).incrementaldecoder
    if decoder is None:
        raise FileRefused(f"The encoding {name!r} cannot be read piece by piece; convert the file to UTF-8.")
    return _converted(first, chunks, decoder("strict"), guessed=encoding is None and name == "utf-8", name=name)


def _converted(
    first: bytes, rest: Iterator[bytes], decoder: codecs.IncrementalDecoder, *, guessed: bool, name: str
) -> Iterator[bytes]:
    chunk, is_start = first, True
    while True:
        following = next(rest, b"")
        if guessed and b"\0" in chunk:
            raise _binary(chunk)
        try:
            text = decoder.decode(chunk, final=not following)
            text = text.lstrip("\ufeff") if is_start else text  # a program that adds its mark may find one there
            converted = text.encode()
        except UnicodeError as fault:
            if guessed:
                raise UnknownEncoding(_as_windows(chunk)) from fault
            raise FileRefused(f"The file is not {name} all through.", "Name its encoding with {encoding}.") from fault
        if "\0" in text:
            raise _binary(chunk)
        if is_start and text:
            refuse_text(text[:_START_SHOWN])
        yield converted
        if not following:
            return
        # a decoder may keep the very first bytes back
        is_start = is_start and not text
        chunk = following


def _binary(chunk: bytes) -> FileRefused:
    if _OF_WIDE * chunk.count(b"\0") < len(chunk):
        return FileRefused("The file is not a text: it holds NUL bytes.", "Take them out, and save it as CSV (UTF-8).")
    likely = "utf-32" if chunk.startswith(_UTF_32) else "utf-16-be" if chunk.find(b"\0") % 2 == 0 else "utf-16-le"
    named = "UTF-32" if likely == "utf-32" else "UTF-16 without a BOM"
    return FileRefused(
        "The file is not a text: it holds NUL bytes.",
        f"Save it as CSV (UTF-8); if it is {named}, name that with {{encoding}} {likely}.",
    )


def _as_windows(chunk: bytes) -> tuple[str, ...]:
    """Three lines to judge by: those with the letters in question."""
    lines = chunk.splitlines()
    telling = [line for line in lines if not line.isascii()] or lines
    return tuple(line[:_LINE_SHOWN].decode("windows-1252", "replace") for line in telling[:3])
