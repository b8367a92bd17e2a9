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

DRIVERS = ("ledger/sqlite.py", "ledger/wal.py", "ledger/bus/sqlite/", "ledger/log/sqlite/", "projections/state/sqlite/")
STORES = (  # the tables of service.db, each with the one file that knows it
    "service/deployment/database.py",
    "service/deployment/audit_trail.py",
    "service/deployment/keys.py",
    "service/deployment/ledger_file.py",
    "service/deployment/people.py",
    "service/deployment/sessions.py",
    "service/deployment/store_checks.py",
    "service/commands/idempotency.py",
    "service/imports/record/registry.py",
    "service/hub/preferences.py",
)
SQL = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX|TRIGGER|TEMP|UNIQUE)|DROP |PRAGMA|ATTACH"
    r"|ALTER TABLE|BEGIN IMMEDIATE|(BEGIN|COMMIT|ROLLBACK)$)|\bFROM \w+ (WHERE|ORDER|JOIN)\b"
)

ONE_FOR_EACH_ROOM = {
    "port": "what a driver must do: bus, log, state",
    "reader": "a driver's part that reads",
    "writer": "a driver's part that writes",
    "publisher": "a driver's part that publishes",
    "app": "the Flask application of API and hub",
}
"""Modules whose room says whose they are. Beside them `cli`, `api/routes`, `hub` and `wiring` name each of their files
for what it is about, as it is named below them."""

FRONT_ROOMS = ("service/cli/", "service/api/", "service/hub/", "service/wiring/")


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
        if not path.startswith(FRONT_ROOMS) and (name := Path(path).stem) not in ("__init__", *ONE_FOR_EACH_ROOM):
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
