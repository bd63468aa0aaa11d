"""Fetch the front-end files which are not ours and compress all static files: `python -m h5_pages.assets`.

They are pinned by package.json and package-lock.json at the root of the checkout, land in static/vendor/
and are packed into the wheel, so that only a checkout needs this step. Of WeUI's style sheet only what our
templates use is served. Done again, it does nothing. With `--tools` the browser tools of the tests come as well.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from h5_pages.trim_css import classes_in, trimmed

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "h5_pages"
STATIC = PAGES / "static"
WHOLE = PAGES / "vendor" / "weui.min.css"  # not served, not in the wheel
VENDOR_FILES = {
    "htmx.org/dist/htmx.min.js": STATIC / "vendor" / "htmx.min.js",
    "weui/dist/style/weui.min.css": WHOLE,
}
COMPRESSIBLE = {".css", ".js", ".svg", ".json", ".webmanifest"}
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
OLDEST_NPM = 9  # the first whose `npm ci` reads every lock file of version 3


class AssetError(RuntimeError):
    """The front-end files could not be fetched; the message says what to do."""


def main() -> None:
    """Bring static/ up to date.

    Raises:
        AssetError: npm could be neither found nor installed, or it failed.
    """
    fetch(ROOT)
    trim(WHOLE, STATIC / "vendor" / "weui.css")
    compress(STATIC)
    if "--tools" in sys.argv:
        tools(ROOT)


def fetch(root: Path) -> bool:
    """Copy the pinned files to their places; False when they are there already."""
    stamp, wanted = WHOLE.with_name(".lock"), _fingerprint(root)
    present = all(place.is_file() for place in VENDOR_FILES.values())
    if present and stamp.is_file() and stamp.read_text() == wanted:
        return False
    with tempfile.TemporaryDirectory() as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, work)
        _run([_npm(), *INSTALL, "--omit=dev"], Path(work))
        for source, target in VENDOR_FILES.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(work, "node_modules", source), target)
    stamp.write_text(wanted)
    return True


def trim(whole: Path, target: Path) -> None:
    """Write what our templates use of a style sheet."""
    templates = [path.read_text(encoding="utf-8") for path in (PAGES / "templates").rglob("*.html")]
    ours = [path.read_text(encoding="utf-8") for path in STATIC.glob("*.css")]
    text = trimmed(whole.read_text(encoding="utf-8"), "weui-", classes_in(templates, "weui-"), ours)
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


def tools(root: Path) -> None:
    """Put the tools that judge pages in a browser into `node_modules`, unless they are there."""
    stamp, wanted = root / "node_modules" / ".yishe-lock", _fingerprint(root)
    if not stamp.is_file() or stamp.read_text() != wanted:
        _run([_npm(), *INSTALL], root)
        stamp.write_text(wanted)


def compress(static: Path) -> list[Path]:
    """Write a .gz beside every compressible file that is newer than its own; returns those written."""
    sources = [path for path in static.rglob("*") if path.suffix in COMPRESSIBLE]
    return [_compress_file(path) for path in sources if not _is_compressed(path)]


def _fingerprint(root: Path) -> str:
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + repr(sorted(VENDOR_FILES)).encode()).hexdigest()


def _packed(path: Path) -> Path:
    return path.with_name(path.name + ".gz")


def _is_compressed(path: Path) -> bool:
    packed = _packed(path)
    return packed.is_file() and packed.stat().st_mtime_ns == path.stat().st_mtime_ns


def _compress_file(path: Path) -> Path:
    packed, stat = _packed(path), path.stat()
    # mtime=0: the same file gives the same bytes on every machine.
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    os.utime(packed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return packed


def _npm() -> str:
    for candidate in (shutil.which("npm"), _wheel_npm()):
        if candidate and _npm_version(candidate) >= OLDEST_NPM:
            return candidate
    sys.stdout.write("No npm here: installing Node.js from PyPI for this once ...\n")
    lock = Path(__file__).with_name("nodejs.lock")
    _run([sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)], ROOT)
    found = _wheel_npm()
    if found is None:
        raise AssetError("npm is missing: install Node.js 18 or newer and run the set-up again")
    return found


def _wheel_npm() -> str | None:
    return shutil.which("npm", path=str(Path(sys.executable).parent))


def _npm_version(npm: str) -> int:
    try:
        answer = subprocess.run(
            [npm, "--version"], capture_output=True, text=True, check=True, env=_environment()
        )
    except (OSError, subprocess.CalledProcessError):
        return 0  # an npm that does not start (its node is missing) is as good as none
    match = re.match(r"\d+", answer.stdout)
    return int(match[0]) if match else 0


def _environment() -> dict[str, str]:
    # npm from the wheel looks for `node` on the path; the system's own comes first where it is there.
    folders = (os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent))
    return os.environ | {"PATH": os.pathsep.join(folders)}


def _run(command: list[str], folder: Path) -> None:
    answer = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise AssetError(f"{Path(command[0]).name} failed:\n{answer.stdout}{answer.stderr}")


if __name__ == "__main__":
    try:
        main()
    except AssetError as error:
        sys.exit(str(error))
