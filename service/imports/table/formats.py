"""What a file is that is no table of text, told by how it begins (R24)."""

import re

from service.imports.table.refusal import FileRefused

_BINARY = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"MSCF", "a cabinet archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a RIFF file (a picture, sound or film)"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\0\1\0\0Standard", "an Access database"),
    (b"!BDN", "an Outlook data file"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"\x09\0\x04\0", "an Excel workbook of before 1993"),
    (b"\x09\x02\x06\0", "an Excel workbook of before 1993"),
    (b"\x09\x04\x06\0", "an Excel workbook of before 1993"),
)
_TEXT = (
    (r"BEGIN:VCARD\b", "a vCard (address book)"),
    (r"BEGIN:VCALENDAR\b", "a calendar (iCalendar)"),
    (r"\{\\rtf", "a document in RTF"),
    (r"<(!doctype\s+html|html|head|body|table|meta|script|style|div|!--)\b", "a web page (HTML)"),
    (r"<\?xml|<\w[\w:.-]*[\s/>]", "an XML file"),
    (r'\[\s*[\[{"\]]|\{\s*["}]', "a JSON file"),
    (r"MIME-Version:", "a web archive or an e-mail"),
    (r"dn: \S|version: 1\s+dn:", "an LDIF address book"),
    (r"ID;P[^\n]*\n[BCFOP];[A-Z]", "a SYLK sheet"),
    (r"%!PS", "a PostScript document"),
)
_HOW = "Save it as CSV (UTF-8) and import that."
_TELLING = tuple((re.compile(rf"\s*(?:{pattern})", re.IGNORECASE).match, what) for pattern, what in _TEXT)


def refuse_binary(start: bytes) -> None:
    """Raise FileRefused, with its name, for a file of a known kind that is no text."""
    for magic, what in _BINARY:
        if start.startswith(magic):
            raise FileRefused(f"The file is {what}, not a CSV.", _HOW)
    if start[257:262] == b"ustar":
        raise FileRefused("The file is a tar archive, not a CSV.", _HOW)


def refuse_text(start: str) -> None:
    """Raise FileRefused, with its name, for a text that is no table; it begins without a byte order mark."""
    for is_it, what in _TELLING:
        if is_it(start):
            raise FileRefused(f"The file is {what}, not a CSV.", _HOW)
