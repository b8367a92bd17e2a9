"""Gives an environment a SQLite without the WAL bug, where pysqlite3 has no wheel (Linux on ARM).

    python docker/safe_sqlite.py ENVIRONMENT

Does nothing where `ledger.sqlite` already accepts what ENVIRONMENT has. Else it builds pysqlite3, the release and
hashes of requirements/run.txt, around the SQLite amalgamation named here. Needs gcc, or apt-get to install it.
"""

import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

SQLITE = "https://sqlite.org/2026/sqlite-amalgamation-3530400.zip"
SHA3_256 = "628a44cfe82c66aed1ccbbe85a562d2e33ebe64b3288981ed76285612227934e"
LOCKED = Path("requirements/run.txt")


def is_safe(python: Path) -> bool:
    """Whether `ledger.sqlite` accepts the SQLite that this interpreter has."""
    return subprocess.run([python, "-c", "import ledger.sqlite"], capture_output=True, check=False).returncode == 0


def pysqlite3(folder: Path) -> Path:
    """Fetch the locked source release of pysqlite3 and unpack it into `folder`."""
    entry = re.search(r"^(pysqlite3==\S+) .*\n((?:    --hash=.*\n)+)", LOCKED.read_text(), re.MULTILINE)
    wanted = folder / "pysqlite3.txt"
    wanted.write_text(f"{entry[1]} \\\n{entry[2]}")  # without its marker, which says that there is no wheel
    pip = [sys.executable, "-m", "pip", "--quiet", "download", "--no-deps", "--no-build-isolation", "--require-hashes"]
    subprocess.run([*pip, "--no-binary", "pysqlite3", "--dest", folder, "-r", wanted], check=True)
    with tarfile.open(next(folder.glob("pysqlite3-*.tar.gz"))) as release:
        release.extractall(folder, filter="data")
    return next(path for path in folder.glob("pysqlite3-*") if path.is_dir())


def amalgamation() -> zipfile.ZipFile:
    """Fetch SQLite's source. Raises SystemExit when it is not the release expected."""
    with urllib.request.urlopen(SQLITE, timeout=60) as answer:
        source = answer.read()
    if (found := hashlib.sha3_256(source).hexdigest()) != SHA3_256:
        raise SystemExit(f"{SQLITE}: SHA3-256 is {found}, expected {SHA3_256}")
    return zipfile.ZipFile(io.BytesIO(source))


def build(environment: Path) -> None:
    """Install pysqlite3, built around the amalgamation, into the environment."""
    if not shutil.which("gcc"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        packages = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "gcc", "libc6-dev"]
        subprocess.run(packages, check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as scratch:
        source = pysqlite3(Path(scratch))
        with amalgamation() as sqlite:
            for name in sqlite.namelist():
                if name.endswith(("/sqlite3.c", "/sqlite3.h")):
                    (source / Path(name).name).write_bytes(sqlite.read(name))
        pip = [sys.executable, "-m", "pip", "--quiet"]
        wheel = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", scratch, source]
        subprocess.run([*pip, *wheel], check=True)
        install = ["--python", environment / "bin/python", "install", "--no-deps", *Path(scratch).glob("*.whl")]
        subprocess.run([*pip, *install], check=True)


def main() -> None:
    """Build only where it is needed, and fail where it did not help."""
    environment = Path(sys.argv[1])
    python = environment / "bin/python"
    if is_safe(python):
        return
    build(environment)
    if not is_safe(python):
        raise SystemExit("the SQLite just built is still not a safe one")


if __name__ == "__main__":
    main()
