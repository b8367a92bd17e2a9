"""The encodings that a table of text may be in: of the codecs that Python has, those by which files are written (R24).

The others read any file as something: `raw_unicode_escape` turns what looks like an escape into a character, `idna`
makes letters small, and mainframe code pages make noise of a CSV.
"""

import codecs

from service.imports.table.refusal import FileRefused

_WINDOWS = (874, 932, 936, 949, 950, *range(1250, 1259), 65001)
_DOS = (437, 720, 737, 775, 850, 852, 855, 857, 858, *range(860, 867), 869)
_ISO_8859 = (*range(1, 12), *range(13, 17))
_NAMES = (
    *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
    *(f"cp{page}" for page in (*_WINDOWS, *_DOS)),
    *(f"iso8859-{part}" for part in _ISO_8859),
    *("mac-roman", "mac-latin2", "mac-greek", "mac-cyrillic", "mac-turkish", "mac-iceland"),
    *("koi8-r", "koi8-u", "koi8-t", "ptcp154", "kz1048", "tis-620"),
    *("gb2312", "gbk", "gb18030", "big5", "big5hkscs"),
    *("shift_jis", "shift_jis_2004", "euc_jp", "iso2022_jp", "euc_kr", "johab"),
)


def _found(name: str) -> codecs.CodecInfo | None:
    try:
        return codecs.lookup(name)
    except (LookupError, ValueError):
        return None


_CODECS = {found.name for found in map(_found, _NAMES) if found is not None}


def codec(name: str) -> codecs.CodecInfo:
    """The text encoding of that name, such as windows-1252. Raises FileRefused for any other."""
    found = _found(name)
    if found is None or found.name not in _CODECS:
        raise FileRefused(
            f"No text encoding is called {name[:40]!r}: it can be utf-8, utf-16, utf-16-le, utf-16-be, utf-32, "
            "windows-1250 to windows-1258, iso-8859-1 to iso-8859-16, cp437 or another code page of DOS, mac-roman, "
            "koi8-r, koi8-u, shift_jis, euc_jp, gb18030, big5, euc_kr, or tis-620.",
        )
    return found
