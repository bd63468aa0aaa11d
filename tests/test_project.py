"""Documents and code say the same: settings, clauses, tests, links, and how long things may be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "h5_pages", "webhooks", "telemetry", "workflows", "notifier", "storage", "bench", "tests")
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.parent.name != "migrations"
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Sections of the standard and how many numbered clauses each has; 0: the section is the clause.
SECTIONS = {
    "5.1": 0,
    "5.2": 4,
    "6.1": 0,
    "6.2.1": 0,
    "6.2.2": 4,
    "6.3": 2,
    "6.4": 3,
    "6.4.4": 4,
    "6.5": 4,
    "6.6": 3,
    "6.7": 0,
    "7": 5,
    "8": 5,
}
CLAUSES = [
    f"{name}.{i + 1}" if count else name for name, count in SECTIONS.items() for i in range(max(count, 1))
]


@pytest.mark.parametrize("document", [".env.example", "docs/operation.md"])
def test_every_setting_is_described(document: str) -> None:
    text = (ROOT / document).read_text()
    names = [f.validation_alias or PREFIX + name.upper() for name, f in Settings.model_fields.items()]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_every_described_setting_exists() -> None:
    described = re.findall(rf"^#?({PREFIX}\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name.removeprefix(PREFIX).lower() for name in described} <= set(Settings.model_fields)


def test_every_clause_of_the_standard_has_one_line() -> None:
    rows = re.findall(r"^\| ([0-9.]+) \|", (ROOT / "docs/conformance.md").read_text(), re.MULTILINE)
    assert rows == CLAUSES


def test_a_clause_is_met_only_where_tests_show_it() -> None:
    text = (ROOT / "docs/conformance.md").read_text()
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    ][1:]
    assert {len(row) for row in rows} == {5}
    assert {row[2] for row in rows} == {"yes", "partly", "not yet"}
    assert [row[0] for row in rows if (row[2] == "not yet") != (not row[3])] == []
    assert [row[0] for row in rows if (row[2] == "not yet") != ("`test_" not in row[4])] == []


@pytest.mark.parametrize("document", ["docs/conformance.md", "SECURITY.md"])
def test_every_test_that_a_document_names_exists(document: str) -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / document).read_text())
    written = {function.name for path in SOURCES for function in _functions(path)}
    assert named
    assert [name for name in named if name not in written] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    words = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)  # code links to nothing
    targets = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", words)
    paths = [(one or other).partition("#")[0] for one, other in targets if "://" not in (one or other)]
    assert [path for path in paths if path and not (document.parent / path).exists()] == []


def test_no_source_file_is_longer_than_300_lines() -> None:
    assert [str(p.relative_to(ROOT)) for p in SOURCES if len(p.read_text().splitlines()) > 300] == []


def test_no_function_is_longer_than_60_lines() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{f.name}": (f.end_lineno or f.lineno) - f.lineno + 1
        for path in SOURCES
        for f in _functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > 60} == {}


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
