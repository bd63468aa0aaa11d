"""No file that we track holds a secret that works anywhere. `make check` looks closer, and takes longer."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHAPES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "an Aliyun key": r"\bLTAI[0-9A-Za-z]{16,24}\b",
    "a token of GitHub": r"\bgh[pousr]_[0-9A-Za-z]{36}\b",
    "a bot's token": r"\b[0-9]{9,10}:AA[0-9A-Za-z_-]{33}\b",
    "a web token": r"\beyJ[0-9A-Za-z_-]{16,}\.eyJ[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}",
    "a password in an address": r"\b(?:postgres(?:ql)?|mqtts?|smtps?|https?)://[^\s:/@{}\"'<>$]+:[^\s:/@{}\"'<>$]{12,}@",
}
MADE_UP = re.compile(r"demo|example|test|secret|password|correct|hunter", re.IGNORECASE)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    return [
        ROOT / name for name in listed.decode().split("\0") if name and not name.endswith((".lock", ".png"))
    ]


def secrets_in(text: str) -> list[str]:
    """What looks like a real secret, and is not said to be made up."""
    return [
        name for name, shape in SHAPES.items() for hit in re.findall(shape, text) if not MADE_UP.search(hit)
    ]


def test_no_tracked_file_holds_a_secret() -> None:
    files = tracked()
    if not files:
        pytest.skip("this is no checkout, so nothing is tracked")
    found = {
        str(p.relative_to(ROOT)): secrets_in(p.read_text(errors="replace")) for p in files if p.is_file()
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "Z" * 16,
        "LTAI" + "5" * 20,
        "ghp_" + "a" * 36,
        "123456789:AA" + "x" * 33,
        "-----BEGIN " + "PRIVATE KEY-----\n" + "M" * 64,
        "postgresql://yishe:" + "k3yB0ard99zz" + "@db/yishe",
    ],
)
def test_the_search_knows_a_secret_when_it_sees_one(text: str) -> None:
    assert len(secrets_in(f"x = '{text}'")) == 1
