"""What a user installs: the wheel, the locked requirements, and nothing of the machine they were made on."""

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ledger", "consumers", "projections", "service")
OURS = {*ROOMS, "tests", "bench"}
MODULES = {
    "flask-smorest": "flask_smorest",
    "kafka-python": "kafka",
    "prometheus-client": "prometheus_client",
    "python-calamine": "python_calamine",
    "python-dotenv": "dotenv",
    "sqlite-utils": "sqlite_utils",
}


def setup() -> ConfigParser:
    """What setup.cfg says."""
    parsed = ConfigParser()
    parsed.read(ROOT / "setup.cfg", encoding="utf-8")
    return parsed


def requirements(text: str) -> list[Requirement]:
    """The requirements in one value of setup.cfg."""
    return [Requirement(line) for line in text.splitlines() if line and not line.startswith("#")]


RENEWING = "service/hub/vendor/"
"""What `make vendor` works with, from a checkout."""


def sources(*rooms: str) -> list[Path]:
    """Every file of these rooms, but what Python left there."""
    files = (path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file())
    return [path for path in files if path.suffix != ".pyc"]


def locked(name: str) -> list[str]:
    """The entries of a requirements file, each with its hashes."""
    text = (ROOT / "requirements" / name).read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel built from a copy of what belongs into it, with the setuptools that is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in [*sources(*ROOMS), ROOT / "setup.cfg", ROOT / "pyproject.toml"]:
        copy = folder / "source" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel"]
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "source")]
    subprocess.run([*build, *options], check=True, capture_output=True, timeout=120)
    return zipfile.ZipFile(next(folder.glob("contact_ledger-*.whl")))


def test_the_wheel_has_every_file_of_every_room(wheel):
    missing = {str(path.relative_to(ROOT)) for path in sources(*ROOMS)} - set(wheel.namelist())
    assert {path for path in missing if not path.startswith(RENEWING)} == set()


def test_the_wheel_has_no_tests_and_no_bench(wheel):
    folders = {name.split("/")[0] for name in wheel.namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(ROOMS)


def test_the_wheel_gives_the_contacts_command(wheel):
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "contacts = service.cli.main:main" in wheel.read(entry_points).decode()


@pytest.mark.parametrize("name", ["build.txt", "run.txt", "test.txt"])
def test_every_locked_requirement_has_a_version_and_a_hash(name):
    assert [entry for entry in locked(name) if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)] == []


@pytest.mark.parametrize("name", ["build.txt", "run.txt", "test.txt"])
def test_locked_requirements_name_no_package_index(name):
    assert re.findall(r".*(?:://|--\S*index|--find-links).*", (ROOT / "requirements" / name).read_text()) == []


def test_tests_run_on_the_versions_that_users_run():
    assert set(locked("run.txt")) <= set(locked("test.txt"))


def test_what_setup_cfg_asks_for_is_locked():
    options = setup()["options"]["install_requires"]
    pins = {entry.split("==")[0] for entry in locked("run.txt")}
    assert {wanted.name for wanted in requirements(options)} - pins == set()


def test_every_library_that_is_imported_is_asked_for():
    asked = {wanted.name for wanted in requirements(setup()["options"]["install_requires"])}
    known = {MODULES.get(name, name) for name in asked} | OURS | set(sys.stdlib_module_names)
    assert {name: path for path in sources(*ROOMS) for name in imported(path) if name not in known} == {}


def imported(path: Path) -> set[str]:
    """The top names that a Python file imports."""
    if path.suffix != ".py":
        return set()
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in plain | named}


def test_pysqlite3_is_asked_for_only_where_it_has_a_wheel():
    marker = next(r for r in requirements(setup()["options"]["install_requires"]) if r.name == "pysqlite3").marker
    python = {"platform_python_implementation": "CPython", "python_version": "3.11"}
    with_wheel = [("linux", "x86_64"), ("darwin", "arm64"), ("win32", "AMD64")]
    without = [("linux", "aarch64"), ("linux", "riscv64"), ("darwin", "x86_64"), ("win32", "ARM64")]
    for platform, machine in with_wheel:
        assert marker.evaluate({**python, "sys_platform": platform, "platform_machine": machine})
    for platform, machine in without:
        assert not marker.evaluate({**python, "sys_platform": platform, "platform_machine": machine})


def test_no_file_names_a_folder_of_somebodys_machine():
    tops = [path for path in ROOT.glob("*") if path.is_file() and not path.name.startswith(".")]
    inside = sources(*ROOMS, "tests", "bench", "docs", "docker", "samples", "requirements", ".ci")
    private = re.compile(rb"/(?:home|Users|root)/\w")
    assert [str(path.relative_to(ROOT)) for path in [*tops, *inside] if private.search(path.read_bytes())] == []


def test_the_image_has_all_that_the_look_at_its_sqlite_needs(tmp_path):
    """Else the look fails, and the image is built with a SQLite of its own where there is no need."""
    copied = re.search(r"^COPY (ledger/\S+(?: ledger/\S+)*) ledger/$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for name in copied[1].split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    loaded = (
        "import sys, ledger.sqlite; print(*[one.__file__ for name, one in sys.modules.items() if 'ledger' in name])"
    )
    told = subprocess.run([sys.executable, "-c", loaded], cwd=tmp_path, check=True, capture_output=True, text=True)
    files = [file for file in told.stdout.split() if "__editable__" not in file]
    assert {str(Path(file).relative_to(tmp_path)) for file in files} == set(copied[1].split())
