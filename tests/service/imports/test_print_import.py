"""How the commands about imports tell a person how far one is, and what came of it."""

import io

import pytest
from rich.console import Console

from service.cli.terminal.import_progress import bar, lines, pace
from service.cli.terminal.print_import import print_check, print_import, summary
from service.imports.columns.choices import Choices
from tests.examples import ASHA, GAVIN, MEERA, RAVI
from tests.service.imports.imported import silent


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_lines_say_how_fast_a_stage_goes_and_how_long_it_still_takes():
    clock, said = Clock(), []
    report = lines(clock, said.append)
    report("reading", 0, 0)
    report("publishing", 40_000, 100_000)  # it goes on with a part that was done before
    clock.now += 2
    report("publishing", 50_000, 100_000)
    assert said == [
        "reading the file",
        "publishing: 40,000 of 100,000 rows",
        "publishing: 50,000 of 100,000 rows, 5,000 rows/s, 0:10 left",
    ]


def test_a_line_comes_every_two_seconds_and_when_the_stage_changes():
    clock, said = Clock(), []
    report = lines(clock, said.append)
    for done in range(1, 18):
        clock.now += 0.25
        report("publishing", done, 40)
    report("catching up", 0, 0)
    report("applying", 40, 40)
    assert [line.split(",")[0] for line in said] == [
        "publishing: 1 of 40 rows",
        "publishing: 9 of 40 rows",
        "publishing: 17 of 40 rows",
        "catching up",
        "applying: 40 of 40 rows",
    ]


def test_the_time_left_is_in_minutes_and_seconds_and_unknown_while_nothing_moves():
    assert pace(1000, 125_000) == "1,000 rows/s, 2:05 left"
    assert pace(0, 10) == pace(None, 10) == pace(10, None) == ""


def test_the_bar_shows_the_stage_its_rows_and_its_pace():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with bar(console) as report:
        report("reading", 0, 0)
        for done in range(0, 1001, 100):
            report("publishing", done, 1000)
    shown = console.file.getvalue()
    assert "publishing" in shown
    assert "1000/1000" in shown
    assert "rows/s, 0:00 left" in shown


def counted(printed):
    """The table of counts."""
    rows = [line.split() for line in printed.partition("outcome")[2].splitlines()[1:]]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def test_an_import_ends_with_a_table_of_counts_that_add_up(imports, capsys):
    print_import(imports.bring(f"Name,Phone\nGavin,{GAVIN}\nR2,{ASHA}\nRavi,{RAVI}\nRavi,{RAVI}\n"))
    assert counted(capsys.readouterr().out) == {"created": "2", "duplicate": "1", "rejected": "1", "all": "4"}


def test_rows_with_older_values_are_pointed_out(imports, capsys):
    document = imports.bring(f"City,Phone\nPune,{GAVIN}\n")
    print_import(document | {"older": 1})
    assert "1 row had values older" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "told"), [(0, "0 rows"), (1, "1 row: 1 created"), (1_234, "1,234 rows: 1,234 created")]
)
def test_a_list_of_imports_has_a_line_for_each(imports, rows, told):
    document = imports.bring(f"Phone\n{GAVIN}\n")
    line = summary(document | {"rows": rows, "created": rows})
    assert line == f"{document['id']}  people.csv  done  {told}"


def test_a_dry_run_proposes_the_types_that_values_fit(imports, capsys):
    content = f"Phone,Points,Plan\n{GAVIN},1,gold\n{ASHA},2.5,1\n{RAVI},3,\n{MEERA},,x\n"
    print_check(imports.importer.checks.dry_run(io.BytesIO(content.encode()), "people.csv", Choices(), silent))
    told = capsys.readouterr().out
    assert "100% of the first 3 values of Points are of type number" in told
    assert "--map Points=Points:number" in told
    assert "Plan" not in told.partition("kept as strings")[2]


def test_an_upload_that_nobody_checked_has_no_counts_to_tell(imports, capsys):
    document = imports.importer.results.show(imports.upload(f"Phone\n{GAVIN}\n"))
    assert summary(document) == f"{document['id']}  people.csv  uploaded"
    print_import(document)
    assert "outcome" not in capsys.readouterr().out
