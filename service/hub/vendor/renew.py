"""Copy the pages' libraries from npm's packages into the tree: what `make vendor` runs after `npm ci`.

    python renew.py NODE_MODULES

`vendor.toml` says which files. Beside them go their licences, and `manifest.json`: of each file its package, version,
licence and SHA-384.
"""

import json
import re
import sys
import tomllib
from base64 import b64encode
from hashlib import sha384
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent
HUB = VENDOR.parent
MANIFEST = VENDOR / "manifest.json"


def renew(modules: Path) -> None:
    """Write the files, their licences and the manifest. Raises OSError for a package or a file that is not there."""
    wanted = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))
    for old in json.loads(MANIFEST.read_text(encoding="utf-8"))["files"] if MANIFEST.exists() else ():
        for path in (old["path"], old["licence_text"]):
            (HUB / path).unlink(missing_ok=True)
    files = [
        _write(modules, one["package"], one["to"], (modules / one["package"] / one["from"]).read_bytes())
        for one in wanted["file"]
    ]
    icons = wanted["icons"]
    files.append(_write(modules, icons["package"], icons["to"], _sprite(modules / icons["package"], icons)))
    MANIFEST.write_text(json.dumps({"files": files}, indent=2) + "\n", encoding="utf-8")


def _write(modules: Path, package: str, to: str, body: bytes) -> dict[str, Any]:
    """Put one file and its licence where it belongs; its line of the manifest."""
    said = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
    path = to.replace("VERSION", said["version"])
    licence = str(Path(path).with_suffix(".LICENSE.txt"))
    body = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", body)
    for name, content in ((path, body), (licence, (modules / package / "LICENSE").read_bytes())):
        (HUB / name).parent.mkdir(parents=True, exist_ok=True)
        (HUB / name).write_bytes(content)
    return {
        "path": path,
        "package": package,
        "version": said["version"],
        "licence": said["license"],
        "licence_text": licence,
        "sha384": b64encode(sha384(body).digest()).decode(),
    }


def _sprite(package: Path, icons: dict[str, Any]) -> bytes:
    """One picture of all icons, each a symbol under its name."""
    symbols = []
    for name in icons["names"]:
        drawn = (package / icons["from"] / f"{name}.svg").read_text(encoding="utf-8")
        found = re.search(r"<svg[^>]*>(.*)</svg>", drawn, re.DOTALL)
        if found is None:
            raise OSError(f"{name}.svg of {package.name} is no picture")
        inner = re.sub(r"\s*\n\s*", "", found[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


if __name__ == "__main__":
    renew(Path(sys.argv[1]))
