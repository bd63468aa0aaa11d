"""The tests of what changed: those beside it and those that import it. `python -m tests.support.changed` lists them."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def changed_files(base: str) -> set[str]:
    """What differs from `base`, and what git does not know yet."""
    asked = (["diff", "--name-only", "--diff-filter=d", base], ["ls-files", "--others", "--exclude-standard"])
    lines = (
        subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
        for words in asked
    )
    return {name for answer in lines for name in answer.stdout.splitlines()}


def belonging(changed: Iterable[str], tests: Iterable[Path]) -> Iterator[Path]:
    """Test files that are changed themselves, mirror a changed module, or import one."""
    names = [Path(name) for name in changed if name.endswith(".py")]
    mirrored = {Path("tests", *name.parts[:-1], f"test_{name.name}") for name in names}
    imported = re.compile("|".join(_import_of(name) for name in names) or r"(?!)")
    for test in tests:
        if test in names or test in mirrored or imported.search((ROOT / test).read_text(encoding="utf-8")):
            yield test


def _import_of(path: Path) -> str:
    """A pattern of the two forms in which a module is imported."""
    *folder, name = path.with_suffix("").parts
    whole, room = re.escape(".".join([*folder, name])), re.escape(".".join(folder))
    return rf"\b{whole}\b|from {room} import .*\b{re.escape(name)}\b"


def main(base: str) -> None:
    """Print them, one a line."""
    tests = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py"))
    sys.stdout.writelines(f"{test}\n" for test in belonging(changed_files(base), tests))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "HEAD")
