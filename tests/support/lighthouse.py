"""Runs Lighthouse on a page as on a phone in a corridor: slow network, slow processor."""

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.browser import find_chromium

CLI = Path(__file__).parents[2] / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-gpu"


@dataclass(frozen=True)
class Verdict:
    """Scores from 0 to 100 by category, what cost points, and the bytes that came over the wire."""

    scores: Mapping[str, int]
    faults: tuple[str, ...]
    bytes_loaded: int


async def judge(url: str, cookies: Mapping[str, str]) -> Verdict:
    """What Lighthouse says of a page, asked for with these cookies."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = {"Cookie": cookie, "Accept-Language": "zh-CN"} if cookie else {"Accept-Language": "zh-CN"}
    process = await asyncio.create_subprocess_exec(
        _node(),
        str(CLI),
        url,
        f"--chrome-path={find_chromium()}",
        f"--chrome-flags={FLAGS}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps(headers)}",
        "--output=json",
        "--quiet",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-2000:]
    return _read(json.loads(said))


def _read(report: Mapping[str, Any]) -> Verdict:
    assert "runtimeError" not in report, report["runtimeError"]
    audits = report["audits"]
    weighed = {
        ref["id"]
        for category in report["categories"].values()
        for ref in category["auditRefs"]
        if ref["weight"]
    }
    low = [a for a in audits.values() if a["id"] in weighed and a["score"] is not None and a["score"] < 1]
    return Verdict(
        {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES},
        tuple(f"{audit['title']} ({audit.get('displayValue', '')})" for audit in low),
        int(audits["total-byte-weight"]["numericValue"]),
    )


def _node() -> str:
    """Node.js from the system, else the one that the set-up took from PyPI."""
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    assert found is not None, "no Node.js: run `make setup-test`"
    return found
