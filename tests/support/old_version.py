"""The version before the newest change of the schema, from git, able to run beside this one."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.support.service import ROOT

MIGRATIONS = "storage/migrations"
LAST_OF_OLD = "0002_partitions"
"""The newest migration of the last version that is in use somewhere."""
STYLES_AND_SCRIPTS = ("weui.min.css", "weui.css", "htmx.min.js")


def new_migrations() -> list[Path]:
    """The migrations that the old version does not have, oldest first."""
    return sorted(path for path in (ROOT / MIGRATIONS).glob("0*.py") if path.stem > LAST_OF_OLD)


def old_commit() -> str | None:
    """The last commit without any of the new migrations; None where git or its history is missing."""
    paths = [str(path.relative_to(ROOT)) for path in new_migrations()]
    if not paths:
        return None
    adding = _git("log", "--diff-filter=A", "--topo-order", "--format=%H", "--", *paths).split()
    parent = _git("rev-parse", "--verify", "--quiet", f"{adding[-1]}^").strip() if adding else ""
    kept = _git("ls-tree", "--name-only", parent, f"{MIGRATIONS}/{LAST_OF_OLD}.py") if parent else ""
    return parent if kept.strip() else None


def check_out(commit: str, folder: Path) -> None:
    """Put that version's files into a folder, with compiled catalogues. Its look is not what is tried."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    vendor = folder / "h5_pages" / "static" / "vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    for name in STYLES_AND_SCRIPTS:
        (vendor / name).touch()
    compile_texts = [sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d", "bot/locale"]
    subprocess.run(compile_texts, cwd=folder, capture_output=True, check=True)


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""
