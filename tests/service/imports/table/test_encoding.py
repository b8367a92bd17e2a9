"""Any text becomes UTF-8 without BOM; what is no text is refused with a sentence (R24)."""

import gzip
import io
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.table.encoding import utf8
from service.imports.table.refusal import FileRefused, UnknownEncoding
from service.imports.table.wording import OF_CALL, OF_COMMAND

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"))


def read(raw, encoding=None, piece=3):
    stream = io.BytesIO(raw)
    return b"".join(utf8(iter(lambda: stream.read(piece), b""), encoding)).decode()


@given(TEXT, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.integers(1, 7))
def test_utf_8_and_utf_16_with_bom_are_read_however_the_bytes_come(text, encoding, piece):
    # two letters first: four bytes of a text may also be a zip's beginning
    assert read(("ab" + text).encode(encoding), piece=piece + 3) == "ab" + text


def test_a_bom_is_no_part_of_the_first_header():
    assert read("\ufeffName,Phone\n".encode()) == "Name,Phone\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("piece", [4, 5, 6, 100])
def test_a_mark_that_a_program_put_before_another_one_is_none_either(encoding, piece):
    assert read("\ufeff\ufeffsep=;\nName;Phone\n".encode(encoding), piece=piece) == "sep=;\nName;Phone\n"


def test_another_encoding_is_shown_as_windows_1252_and_not_guessed():
    with pytest.raises(UnknownEncoding) as refused:
        read("Name,City\nplain,x\nJosé,Málaga\nZoë,Köln\n".encode("windows-1252"), piece=1000)
    assert refused.value.lines == ("José,Málaga", "Zoë,Köln")
    assert "with --encoding windows-1252" in refused.value.as_sentence(OF_COMMAND)
    assert "--" not in refused.value.as_sentence(OF_CALL)


def test_a_named_encoding_is_used():
    assert read("José".encode("windows-1252"), "windows-1252") == "José"
    assert read("José".encode("utf-16-le"), "utf-16-le") == "José"


def test_bytes_that_do_not_fit_the_named_encoding_are_refused():
    with pytest.raises(FileRefused, match="not utf-8 all through"):
        read(b"Jos\xe9", "utf-8")


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "\0", "raw_unicode_escape", "idna", "cp500", "charmap"])
def test_an_encoding_that_is_none_of_files_is_refused_and_those_that_are_some_are_named(name):
    with pytest.raises(FileRefused, match=r"it can be utf-8, utf-16, .* windows-1250 to windows-1258"):
        read(b"abc", name)


_OF_FILES = ["utf8", "Latin-1", "windows-1252", "ISO-8859-15", "CP437", "macintosh", "sjis", "GB2312", "l2", "866"]


@pytest.mark.parametrize("name", [*_OF_FILES, "us-ascii", "UTF-16LE", "mskanji", "ks_c-5601-1987", "cp65001"])
def test_an_encoding_of_files_goes_by_any_of_its_names(name):
    assert read("Name,Phone\n".encode(name), name) == "Name,Phone\n"


@given(st.sampled_from(sorted({*aliases.values()})), st.binary(max_size=12))
def test_whatever_codec_is_named_a_plain_table_is_read_as_it_is_or_the_name_is_refused(name, noise):
    """Every codec that Python knows by some name."""
    plain = "Name,Phone,Note\nGavin,9967536783,\\u0041 \\x41 &#65; +AGE-\n"
    try:
        written = plain.encode(name)
        assert read(written, name, piece=len(written)) == plain
        read(b"Name,Phone\n" + noise, name)
    except (FileRefused, UnknownEncoding, LookupError):
        pass


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (gzip.compress(b"a,b\n"), "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"Name,Phone\n\0\0\0", "NUL"),
        (b"\x01\x02\0\xff\xfe", "NUL"),
        ("Name".encode("utf-16-le"), "utf-16-le"),
    ],
    ids=map(str, range(6)),
)
def test_what_is_no_csv_is_refused_by_name(raw, what):
    with pytest.raises(FileRefused, match=what):
        read(raw, piece=1000)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Asha Rao\r\nTEL:+919820031101\r\nEND:VCARD\r\n", "vCard"),
        ("begin:vcalendar\n", "calendar"),
        ("<html><table><tr><td>Name</td></tr></table></html>", "HTML"),
        ("\n  <!DOCTYPE html>\n<html>", "HTML"),
        ("<?xml version='1.0'?><Workbook/>", "XML"),
        ('[{"name":"A","phone":"+919820031103"}]', "JSON"),
        ('{"name":"A"}\n{"name":"B"}\n', "JSON"),
        ("[\n  [1, 2]\n]", "JSON"),
        ("{\\rtf1\\ansi Name,Phone\\\n}", "RTF"),
        ("dn: cn=Asha Rao,mail=asha@example.com\n", "LDIF"),
        ("ID;PWXL;N;E\nP;PGeneral\n", "SYLK"),
        ("MIME-Version: 1.0\n", "web archive"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_that_is_no_table_is_refused_by_name(text, what, encoding):
    with pytest.raises(FileRefused, match=what):
        read(text.encode(encoding), piece=1000)


@pytest.mark.parametrize(
    "text", ["[Phone],Name\n", "{Phone}\n", "ID;Phone;Name\n", "Begin,Phone\n", "<Phone>,Name\n"[1:], "dn,Phone\n"]
)
def test_a_header_that_only_resembles_one_is_read(text):
    assert read(text.encode(), piece=1000) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_with_nul_bytes_is_told_the_encoding_that_it_is_most_likely_in(encoding):
    with pytest.raises(FileRefused) as refused:
        read("Name,Phone\n".encode(encoding), piece=1000)
    assert refused.value.as_sentence(OF_COMMAND).endswith(f"name that with --encoding {encoding}.")
