"""The `sqlite-utils upsert --csv` command on the same file: a bare table, no log, no history."""

import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from bench.rate import Rate


def upsert_rate(file: Path, rows: int) -> Rate:
    """Rows a second from the command's start to its end. Raises AssertionError when a row is not in the table."""
    folder = file.parent / "sqlite-utils"
    folder.mkdir()
    database = folder / "contacts.db"
    command = [sys.executable, "-m", "sqlite_utils", "upsert", str(database), "contacts", str(file), "--csv"]
    began, began_cpu = time.perf_counter(), _cpu()
    subprocess.run([*command, "--pk", "Phone Number", "--silent"], check=True, capture_output=True)
    seconds, cpu = time.perf_counter() - began, _cpu() - began_cpu
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone()[0] == rows
    shutil.rmtree(folder)
    return Rate(rows / seconds, cpu / rows * 1e6)


def _cpu() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime
