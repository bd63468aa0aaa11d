"""The sandbox as the demo starts it: it must not outlive the demo, however that one ends."""

import asyncio
import json
import sys
from pathlib import Path

from tests.support.service import ROOT, answers, environment, free_port

NOBODY: dict[str, list[str]] = {"corps": [], "mailboxes": [], "people": []}


async def test_the_sandbox_ends_when_whoever_started_it_is_gone(tmp_path: Path, database_url: str) -> None:
    config, port = tmp_path / "sandbox.json", free_port()
    config.write_text(json.dumps(NOBODY))
    command = ["-m", "bot", "sandbox", "--config", str(config), "--end-with-input"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *("--port", str(port), "--mail-port", str(free_port())),
        cwd=ROOT,
        env=environment({"DATABASE_URL": database_url, "YISHE_LOG_LEVEL": "error"}),
        stdin=asyncio.subprocess.PIPE,
    )
    await answers(f"http://127.0.0.1:{port}/sandbox/version")
    assert process.stdin
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 20) == 0
