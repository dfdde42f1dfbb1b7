"""The script that ships is what the sources give, and nothing in the lock file points anywhere."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "openiads" / "viewer" / "static"


def test_the_lock_file_has_no_addresses():
    lock = json.loads((ROOT / "viewer" / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    named = [p for name, p in lock["packages"].items() if name and not p.get("link")]
    assert named and all(p["integrity"].startswith("sha512-") for p in named)
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "viewer" / ".npmrc").read_text()


def test_what_ships_is_plain_and_names_its_sources():
    for name in ("viewer.js", "study.js", "viewer.css"):
        text = (STATIC / name).read_bytes()
        assert text.isascii() and len(text) < 1_000_000
        assert b"sourceMappingURL" not in text and b"eval(" not in text and b"new Function" not in text
    notice = (STATIC / "NOTICE.txt").read_text()
    assert "three.js" in notice and "MIT" in notice and "world-atlas" in notice and "Natural Earth" in notice


@pytest.mark.long
def test_the_shipped_script_is_what_the_sources_give():
    if shutil.which("npm") is None:
        pytest.skip("no npm here (install Node 20)")
    keep = {"OPENIADS_KEEP_NODE_MODULES": "1"} if (ROOT / "viewer" / "node_modules").is_dir() else {}
    done = subprocess.run(
        [ROOT / "tools" / "build_viewer.sh", "--check"],
        capture_output=True,
        text=True,
        env={**os.environ, **keep},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
