"""What the tree promises a newcomer: SQL in drivers, one name for one thing, files and functions of a readable size."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for room in ("ledger", "consumers", "projections", "service")
    for path in sorted((ROOT / room).rglob("*.py"))
}

DRIVERS = (
    "ledger/sqlite.py",
    "ledger/many_rows.py",
    "ledger/wal.py",
    "ledger/page_damage.py",
    "ledger/copying.py",
    "ledger/bus/sqlite/",
    "ledger/log/sqlite/",
    "projections/state/sqlite/",
)
STORES = (
    "service/deployment/tables/",  # the tables of service.db, each with the one file that knows it
    "service/deployment/ledger_file.py",
    "service/commands/idempotency.py",
    "service/imports/registry/import_table.py",
    "service/imports/registry/registry.py",
    "service/hub/frame/preferences.py",
)
SQL = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX|TRIGGER|TEMP|UNIQUE)|DROP |PRAGMA|ATTACH"
    r"|ALTER TABLE|BEGIN IMMEDIATE|(BEGIN|COMMIT|ROLLBACK)$)|\bFROM \w+ (WHERE|ORDER|JOIN)\b"
)

ROOM_SAYS_WHICH = ("service/cli/", "service/api/", "service/hub/", "service/wiring/")
"""Ways in, and the wiring: their files are named as what each is about is named in the rooms below."""

OF_A_DRIVER = ("/sqlite/", "/kafka/")
"""Its files are named as what they implement is named at the port."""

ONE_FOR_EACH_ROOM = {"port", "questions"}


def texts(tree):
    documented = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented
    ]


def test_what_is_looked_for_as_sql_is_found_in_the_drivers():
    for driver in DRIVERS:
        assert any(
            SQL.search(text.value) for path, tree in SOURCES.items() if path.startswith(driver) for text in texts(tree)
        )


def test_sql_stands_in_drivers_only():
    found = [
        f"{path}:{text.lineno}"
        for path, tree in SOURCES.items()
        if not path.startswith((*DRIVERS, *STORES))
        for text in texts(tree)
        if SQL.search(text.value)
    ]
    assert found == []


def test_a_class_name_stands_for_one_thing():
    places = defaultdict(list)
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
                places[node.name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_a_module_name_stands_for_one_thing():
    places = defaultdict(list)
    for path in SOURCES:
        is_plain = path.startswith(ROOM_SAYS_WHICH) or any(folder in path for folder in OF_A_DRIVER)
        if not is_plain and (name := Path(path).stem) not in ("__init__", *ONE_FOR_EACH_ROOM):
            places[name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("path", SOURCES)
def test_a_file_is_one_idea_and_a_function_a_screen(path):
    tree = SOURCES[path]
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    functions = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert lines <= 300
    assert {name: length for name, length in functions.items() if length > 60} == {}


def test_a_file_of_tests_is_one_idea_too():
    paths = sorted((ROOT / "tests").rglob("*.py"))
    assert Path(__file__) in paths
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {path: lines for path, lines in lengths.items() if lines > 300} == {}
