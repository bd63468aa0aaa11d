"""Takes out of a style sheet what our templates do not use: a phone page loads a tenth of WeUI.

Rules stay when every class of the framework that they ask for is used; then custom properties go that nothing
reads any more. What is left keeps its order, so that it looks the same.
"""

import re
from collections.abc import Iterable, Iterator

import tinycss2
from tinycss2.ast import AtRule, Declaration, LiteralToken, Node, QualifiedRule

CLASS = re.compile(r"\.([\w-]+)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
NOT = re.compile(r":not\([^()]*\)")
Rule = QualifiedRule | AtRule
GROUPS = {"media", "supports"}  # animations go: nothing of ours moves by itself
# Themes and modes by attribute, and the elements of mini programs: our pages have neither.
NEVER = re.compile(r"\[data-weui-(theme|mode)|\.wx-root|(^|[\s>+~])page\b")


def trimmed(css: str, prefix: str, used: set[str], readers: Iterable[str]) -> str:
    """The style sheet without rules for unused classes that begin with `prefix`.

    `readers` are style sheets of ours, whose `var(…)` keep a custom property as well.
    """
    notice = re.match(r"/\*!.*?\*/", css, re.DOTALL)
    rules = list(
        _kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), prefix, used)
    )
    wanted = _variables(rules, readers)
    text = "".join(_written(rule, wanted) for rule in rules)
    return f"{notice[0] if notice else ''}{text}\n"


def classes_in(templates: Iterable[str], prefix: str) -> set[str]:
    """The classes with that prefix that stand anywhere in the templates."""
    return {name for text in templates for name in re.findall(rf"{re.escape(prefix)}[\w-]+", text)}


def _kept(rules: Iterable[Node], prefix: str, used: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            chosen = [s for s in _selectors(rule) if _is_used(s, prefix, used)]
            if chosen:
                rule.prelude = tinycss2.parse_component_value_list(",".join(chosen))
                yield rule
        elif isinstance(rule, AtRule) and rule.at_keyword in GROUPS and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(_kept(inner, prefix, used))
            if rule.content:
                yield rule


def _selectors(rule: QualifiedRule) -> list[str]:
    parts: list[list[Node]] = [[]]
    for part in rule.prelude:
        if isinstance(part, LiteralToken) and part.value == ",":
            parts.append([])
        else:
            parts[-1].append(part)
    return [tinycss2.serialize(part).strip() for part in parts]


def _is_used(selector: str, prefix: str, used: set[str]) -> bool:
    asked = NOT.sub("", selector)
    return not NEVER.search(asked) and all(
        name in used for name in CLASS.findall(asked) if name.startswith(prefix)
    )


def _variables(rules: list[Rule], readers: Iterable[str]) -> set[str]:
    """The custom properties that are read, also by other custom properties that are."""
    wanted = {name for text in readers for name in VARIABLE.findall(text)}
    reads: dict[str, set[str]] = {}
    for declaration in _declarations(rules):
        names = set(VARIABLE.findall(tinycss2.serialize(declaration.value)))
        if declaration.name.startswith("--"):
            reads.setdefault(declaration.name, set()).update(names)
        else:
            wanted |= names
    while more := {name for known in wanted for name in reads.get(known, ())} - wanted:
        wanted |= more
    return wanted


def _declarations(rules: Iterable[Rule]) -> Iterator[Declaration]:
    for rule in rules:
        if isinstance(rule, AtRule):
            yield from _declarations(_inside(rule))
        else:
            yield from _own(rule)


def _inside(group: AtRule) -> Iterator[Rule]:
    return (rule for rule in group.content or () if isinstance(rule, QualifiedRule | AtRule))


def _own(rule: QualifiedRule) -> list[Declaration]:
    parsed = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return [item for item in parsed if isinstance(item, Declaration)]


def _written(rule: Rule, wanted: set[str]) -> str:
    """The rule without white space; nothing when nothing is left in it."""
    if isinstance(rule, AtRule):
        inner = "".join(_written(child, wanted) for child in _inside(rule))
        return f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{inner}}}" if inner else ""
    kept = [d for d in _own(rule) if not d.name.startswith("--") or d.name in wanted]
    body = ";".join(
        f"{d.name}:{tinycss2.serialize(d.value).strip()}{'!important' if d.important else ''}" for d in kept
    )
    return f"{tinycss2.serialize(rule.prelude)}{{{body}}}" if body else ""
