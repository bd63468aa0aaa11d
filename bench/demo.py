"""`demo_cold_start_s`, `demo_warm_start_s`: from `make demo` to a page that answers."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench.place import Place
from bench.results import Measured
from tests.support.service import ROOT, answers, environment, free_port

COLD_LIMIT_S, STOP_LIMIT_S = 400, 30
COLD = "git clone, then `make demo` in it: new venv, packages without pip's cache, front-end files, seed, first page"
WARM = "`make demo` once more with the data of a former start, first page"


async def cold_start(place: Place) -> Mapping[str, Measured]:
    """A fresh clone of what is committed; neither pip nor npm finds anything that was kept."""
    clone, caches = place.folder / "clone", place.folder / "caches"
    began = time.perf_counter()
    await _run("git", "clone", "-q", str(ROOT), str(clone))
    kept = {"PIP_NO_CACHE_DIR": "1", "XDG_CACHE_HOME": str(caches), "npm_config_cache": str(caches / "npm")}
    async with _demo(clone, place.folder / "cold.log", kept, COLD_LIMIT_S):
        seconds = time.perf_counter() - began
    await asyncio.to_thread(shutil.rmtree, clone)
    return {"demo_cold_start_s": Measured(seconds, [seconds], {"measured": COLD})}


async def warm_start(place: Place) -> Mapping[str, Measured]:
    """In this checkout, with a data folder of its own."""
    data, seconds = {"YISHE_DATA_DIR": str(place.folder / "warm")}, []
    async with _demo(ROOT, place.folder / "seed.log", data, 120):
        pass
    for number in range(min(5, place.effort.rounds)):
        began = time.perf_counter()
        async with _demo(ROOT, place.folder / f"warm-{number}.log", data, 60):
            seconds.append(time.perf_counter() - began)
    return {"demo_warm_start_s": Measured.median(seconds, measured=WARM)}


@asynccontextmanager
async def _demo(
    checkout: Path, log: Path, settings: Mapping[str, str], within_s: float
) -> AsyncIterator[None]:
    """A running demo; raises RuntimeError with the end of what it said when it does not start."""
    port = free_port()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            "make", "demo", f"PORT={port}",
            cwd=checkout, env=_clean(settings), stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        ready = asyncio.create_task(answers(f"http://127.0.0.1:{port}/readyz", seconds=within_s))
        ended = asyncio.create_task(process.wait())
        await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done() or ready.exception():
            ready.cancel()
            raise RuntimeError(_end_of(log))
        yield
    finally:
        await _end(process)


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ctrl-C, as whoever runs a demo ends it; by force when that does not help."""
    if process.returncode is not None:
        return
    os.killpg(process.pid, signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _clean(settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the environment that a benchmark was started in: no virtual environment, no make."""
    dropped = ("MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: value for name, value in environment(settings).items() if not name.startswith(dropped)}


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    if code := await process.wait():
        raise RuntimeError(f"{command[0]} ended with {code}")
