"""Every action that the code puts on record can be told in words."""

import ast
import re
from pathlib import Path

import pytest

from workflows.administration import imports
from workflows.administration.trail_fields import FORMS
from workflows.administration.trail_words import KINDS, field, has_words, told

ROOT = Path(__file__).parents[2]
ACTION = re.compile(r"([a-z_]+)\.([a-z_]+)")
NOTES = {"Change", "AuditRow", "_change", "_note", "_record", "note", "record"}
NOT_ACTIONS = re.compile(r".*_id|.*\.(html|py|po|mo|css|js|pdf|svg|png|xlsx|json|log|key|html)")


def used() -> set[str]:
    """Texts of that form in the code whose first part is a kind of record, and first arguments of what notes."""
    found = set()
    for room in ("storage", "workflows", "h5_pages", "webhooks", "bot", "telemetry", "notifier"):
        for path in (ROOT / room).rglob("*.py"):
            if path.name == "trail_words.py" or "sandbox" in path.parts or "migrations" in path.parts:
                continue
            found |= set(_actions(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _actions(tree: ast.AST) -> set[str]:
    told_by_kind = {
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }
    actions = {text for text in told_by_kind if (m := ACTION.fullmatch(text)) and m[1] in KINDS}
    noted = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _name(n.func) in NOTES]
    for call in noted:
        given = [k.value for k in call.keywords if k.arg == "action"] or call.args
        texts = {a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)}
        actions |= {text for text in texts if ACTION.fullmatch(text)}
    return {text for text in actions if not NOT_ACTIONS.fullmatch(text)}


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def test_every_action_in_the_code_has_words() -> None:
    actions = used()
    assert {action for action in actions if not has_words(action)} == set()
    assert {"device.move", "session.refuse", "chat.link", "message.resend"} <= actions


@pytest.mark.parametrize(
    ("action", "words"),
    [("device.move", "Device: moved"), ("look", "Patient's data viewed"), ("new.thing", "new.thing")],
)
def test_an_action_is_told(action: str, words: str) -> None:
    assert told(action, str) == words


def kept_by(function: str, module: str) -> set[str]:
    """Names of the fields that a function puts on record."""
    tree = ast.parse((ROOT / "workflows/administration" / module).read_text(encoding="utf-8"))
    (body,) = [n for n in ast.walk(tree) if getattr(n, "name", "") == function]
    keys = [key for n in ast.walk(body) if isinstance(n, ast.Dict) for key in n.keys]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def test_every_field_of_a_record_and_all_that_ends_with_a_leaving_has_words() -> None:
    ended = kept_by("_close", "leaving.py")
    assert len(ended) > 5
    names = {name for form in FORMS for name in form.model_fields} | ended
    assert {name for name in names if "_" in name and field(name, str) == name.replace("_", " ")} == set()


def test_every_list_that_leaves_as_a_spreadsheet_has_words() -> None:
    pages = (ROOT / "h5_pages/views").glob("*.py")
    lists = {
        m for p in pages for m in re.findall(r'as_spreadsheet\(\s*visit,\s*"(\w+)"', p.read_text("utf-8"))
    }
    assert {"devices", "cases", "people"} <= lists <= set(KINDS)


def test_states_of_an_import_have_words() -> None:
    """They are put on record as they are entered."""
    states = (imports.RUNNING, imports.DONE, imports.UNDOING, imports.UNDONE, imports.FAILED, imports.DROPPED)
    assert [state for state in states if not has_words(f"import.{state}")] == []
