"""The pages' libraries are what npm's lock names, byte for byte, with their licences; nobody needs npm to know it."""

import json
import re
import tomllib
from base64 import b64decode, b64encode
from hashlib import sha384
from pathlib import Path

import pytest

import service.hub

HUB = Path(service.hub.__file__).parent
VENDOR = HUB / "vendor"
FILES = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]
PACKAGES = json.loads((VENDOR / "package.json").read_text(encoding="utf-8"))
LOCK = json.loads((VENDOR / "package-lock.json").read_text(encoding="utf-8"))["packages"]
WANTED = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))
FREE = {"BSD-0-Clause", "MIT", "ISC", "OFL-1.1", "MPL-2.0"}

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])


@each_file
def test_a_file_is_the_one_that_was_taken(file):
    found = b64encode(sha384((HUB / file["path"]).read_bytes()).digest()).decode()
    assert found == file["sha384"]


@each_file
def test_a_file_is_of_the_version_that_the_lock_holds_to_a_hash(file):
    locked = LOCK[f"node_modules/{file['package']}"]
    asked = PACKAGES["dependencies"] | PACKAGES["devDependencies"]
    assert locked["version"] == file["version"] == asked[file["package"]]
    algorithm, _, digest = locked["integrity"].partition("-")
    assert (algorithm, len(b64decode(digest))) == ("sha512", 64)


@each_file
def test_a_file_may_be_passed_on_and_says_how(file):
    assert file["licence"] in FREE
    assert len((HUB / file["licence_text"]).read_text(encoding="utf-8")) > 300


def test_what_was_taken_is_what_is_asked_for():
    versions = {file["package"]: file["version"] for file in FILES}
    asked = {one["to"].replace("VERSION", versions[one["package"]]) for one in WANTED["file"]}
    assert {file["path"] for file in FILES} == asked | {WANTED["icons"]["to"]}


def test_nothing_else_is_sent_as_if_it_had_been_taken():
    named = {file[of] for file in FILES for of in ("path", "licence_text")}
    assert {f"static/vendor/{path.name}" for path in (HUB / "static/vendor").iterdir()} <= named


def test_the_lock_names_no_place_to_load_from():
    assert "resolved" not in (VENDOR / "package-lock.json").read_text(encoding="utf-8")


def test_the_icons_are_those_that_are_asked_for():
    sprite = (HUB / "static/vendor/icons.svg").read_text(encoding="utf-8")
    assert re.findall(r'<symbol id="([\w-]+)"', sprite) == WANTED["icons"]["names"]
    assert "<script" not in sprite


def test_a_vendored_file_asks_for_nothing_more():
    for file in FILES:
        if file["path"].endswith(".js"):
            assert b"sourceMappingURL" not in (HUB / file["path"]).read_bytes()
