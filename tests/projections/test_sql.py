"""SQL of contact state stands in its driver alone."""

import ast
import re
from pathlib import Path

import projections

ROOT = Path(projections.__file__).parent
DRIVER = ROOT / "state" / "sqlite"
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA)\s")


def statements(path):
    """The texts in a file that are SQL."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_no_sql_stands_outside_the_driver():
    outside = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(DRIVER)]
    assert [found for path in outside for found in statements(path)] == []


def test_what_is_looked_for_is_found_in_the_driver():
    assert len([found for path in DRIVER.glob("*.py") for found in statements(path)]) > 20
