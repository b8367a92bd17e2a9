"""How dates are written in a column: a format that somebody names, and nothing guessed (R19)."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.traits import is_datetime
from service.imports.columns.date_formats import USUAL, FormatWrong, date_format, fitting, has_time, nearly_fitting
from tests.worlds import bounded


@pytest.mark.parametrize(
    ("form", "cell", "read"),
    [
        ("DD/MM/YYYY", "31/12/2022", "2022-12-31"),
        ("DD/MM/YYYY", "3/4/1990", "1990-04-03"),
        ("dd/mm/yyyy", "03/04/1990", "1990-04-03"),
        ("MM/DD/YYYY", "03/04/1990", "1990-03-04"),
        ("MM/DD/YYYY", "31/12/2022", None),
        ("DD.MM.YYYY", "31.02.2022", None),
        ("YYYYMMDD", "20221231", "2022-12-31"),
        ("YYYYMMDD", "2022131", None),
        ("DD MMM YYYY", "3 Apr 1990", "1990-04-03"),
        ("MMMM DD, YYYY", "december 5, 2022", "2022-12-05"),
        ("YYYY-MM-DD HH:mm:ss +05:30", "2022-12-31 14:00:00", "2022-12-31T14:00:00+05:30"),
        ("DD/MM/YYYY hh:mm A Asia/Kolkata", "3/4/1990 12:07 am", "1990-04-03T00:07:00+05:30"),
        ("DD/MM/YYYY hh:mm A UTC", "3/4/1990 12:07 PM", "1990-04-03T12:07:00Z"),
        ("DD/MM/YYYY hh:mm A UTC", "3/4/1990 13:07 PM", None),
        ("YYYY-MM-DD HH:mm:ss Z", "2022-12-31 14:00:00 -0330", "2022-12-31T14:00:00-03:30"),
        ("YYYY-MM-DDTHH:mm:ss Europe/Berlin", "2022-07-31T14:00:00", "2022-07-31T14:00:00+02:00"),
        ("DD/MM/YYYY", "31/12/2022 14:00", None),
        ("DD/MM/YYYY", "٣١/١٢/٢٠٢٢", None),
    ],
)
def test_a_cell_is_read_as_its_format_says_or_not_at_all(form, cell, read):
    assert date_format(form).read(cell) == read


@pytest.mark.parametrize("cell", ["30/10/2022 02:30", "27/03/2022 02:30"])
def test_a_local_time_that_comes_twice_or_never_is_not_guessed(cell):
    assert date_format("DD/MM/YYYY HH:mm Europe/Berlin").read(cell) is None


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("DD/MM/YY", "century would be guessed"),
        ("DD/MM", "needs a year, a month and a day"),
        ("DD/MM/YYYY DD", "twice"),
        ("DD/MM/YYYY HH:mm", "without its zone"),
        ("DD/MM/YYYY +05:30", "a date alone has none"),
        ("DD/MM/YYYY HH:mm Z +05:30", "zone twice"),
        ("DD/MM/YYYY hh:mm UTC", "hh:mm A"),
        ("DD/MM/YYYY HH:mm Mars/Base", "ends with 'Mars/Base', which is no zone"),
        ("%d/%m/%Y", "no format has"),
        ("", "such as DD/MM/YYYY"),
    ],
)
def test_what_is_no_format_is_told_with_what_to_give(form, told):
    with pytest.raises(FormatWrong, match=told.replace("(", r"\(")):
        date_format(form)


def test_an_ambiguous_column_has_both_formats():
    assert fitting(["03/04/1990", "01/02/1991"]) == ["DD/MM/YYYY", "MM/DD/YYYY"]
    assert fitting(["03/04/1990", "13/02/1991"]) == ["DD/MM/YYYY"]


@pytest.mark.parametrize("values", [[], ["2022-10-31"], ["03/04/1990", "soon"], ["44926"], ["12.5"]])
def test_no_format_is_named_that_not_every_value_fits_or_that_is_not_needed(values):
    assert fitting(values) == []


def test_one_misspelt_date_does_not_hide_how_the_others_are_written():
    values = ["25/10/2026", "03/11/2026", "14/09/2026", "30/08/2026", "31/02/2026"]
    assert nearly_fitting(values) == (["DD/MM/YYYY"], ["31/02/2026"])


def test_of_dates_that_are_nearly_all_ambiguous_both_formats_are_named():
    values = ["03/04/1990", "01/02/1991", "05/06/1992", "07/08/1993", "soon 12345"]
    assert nearly_fitting(values) == (["DD/MM/YYYY", "MM/DD/YYYY"], ["soon 12345"])


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["2022-10-31"] * 5,
        ["25/10/2026", "soon"],
        ["25/10/2026"] * 3 + ["soon"] * 2,
        ["Asha Rao"] * 10,
        ["98200 98201"] * 10,
    ],
)
def test_what_is_hardly_a_column_of_dates_has_no_format(values):
    assert nearly_fitting(values) == ([], [])


WRITTEN = {
    "YYYY": "%Y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "DD": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S",
}  # fmt: skip


def written(moment, form):
    """As Python writes it."""
    form = form.replace("SSS", f"{moment.microsecond // 1000:03}").replace(" A", " %p").replace(" Z", " +00:00")
    for token, directive in WRITTEN.items():
        form = form.replace(token, directive)
    return moment.strftime(form)


@bounded(200)
@given(
    st.sampled_from(USUAL),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda one: one.replace(microsecond=0)),
)
def test_every_usual_format_reads_what_is_written_by_it(form, moment):
    zone = " UTC" if has_time(form) and not form.endswith("Z") else ""
    found = date_format(form + zone).read(written(moment, form))
    assert found is not None
    assert is_datetime(found)
    read = datetime.fromisoformat(found.replace("Z", "+00:00")).replace(tzinfo=None)
    assert timedelta(0) <= moment - read < timedelta(days=1)
    assert read.date() == moment.date()
    if has_time(form):
        assert (read.hour, read.minute) == (moment.hour, moment.minute)


@bounded(200)
@given(st.sampled_from(USUAL), st.text(max_size=20))
def test_any_text_is_read_as_a_datetime_or_not_at_all(form, cell):
    zone = " UTC" if has_time(form) and not form.endswith("Z") else ""
    found = date_format(form + zone).read(cell)
    assert found is None or is_datetime(found)


@bounded(200)
@given(st.text("DMYHhmsAZT/-.: +05UTC", max_size=24))
def test_any_text_is_a_format_or_is_told_why_not(text):
    with suppress(FormatWrong):
        assert date_format(text).text.upper() == text.strip().upper()
