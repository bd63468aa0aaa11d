"""The words of a workflow's table: who may do what, on which condition, and who is reminded when (as shipped).

The diagrams in `docs/` and the help pages are made of them.
"""

from collections.abc import Iterator, Mapping

from storage.texts import N_, Gettext
from workflows.audiences import audience_of
from workflows.definition import PART_LABELS, Deadline, Move, Rung, Say, Who, Workflow, role
from workflows.identity.roles import ROLE_LABELS, Role

ANYBODY = N_("anybody")
SYSTEM = N_("system")
DOERS = N_("the person who did it")
FOUR_EYES = N_("not on one's own request")
CONDITION = N_("if {condition}")
REMINDED = N_("after {time}: {who}")
REMINDED_ON = N_("{time}: {who}")
UNITS = {
    "minutes": N_("{amount} minute(s)"),
    "hours": N_("{amount} hour(s)"),
    "calendar_days": N_("{amount} calendar day(s)"),
    "working_days": N_("{amount} working day(s)"),
}


def who(people: Who, gettext: Gettext, part_labels: Mapping[str, str] = PART_LABELS) -> str:
    """The names of parts and roles, as a list."""
    names = [gettext(part_labels[part]) for part in sorted(people.parts)]
    tiers = dict(people.tiers)
    names += [
        gettext(tiers[name].label if name in tiers else ROLE_LABELS[Role(name)])
        for name in sorted(people.roles)
    ]
    names += [gettext(DOERS)] if people.doers else []
    names += [gettext(ANYBODY)] if people.anybody else []
    names += [gettext(SYSTEM)] if people.system else []
    return ", ".join(names)


def conditions(move: Move, gettext: Gettext) -> list[str]:
    """What must hold besides the right to act."""
    words = [gettext(CONDITION).format(condition=gettext(move.when.label))] if move.when else []
    if move.not_who_did or move.not_the_reporter:
        words.append(gettext(FOUR_EYES))
    return words


def reminders(workflow: Workflow, state: str, gettext: Gettext) -> list[str]:
    """One line for each rung of the deadlines that run in a state, or the reason why none counts from its entry."""
    lines = [
        line for deadline in workflow.deadlines_of(state) for line in _rungs(workflow, deadline, gettext)
    ]
    reason = workflow.without_deadline.get(state)
    return [*lines, gettext(reason)] if reason else lines


def _rungs(workflow: Workflow, deadline: Deadline, gettext: Gettext) -> Iterator[str]:
    for rung in deadline.ladder:
        here = [say for say in rung.tells if say.states is None or deadline.state in say.states]
        names = (who(_audience(workflow, say), gettext, workflow.part_labels) for say in here)
        told = ", ".join(filter(None, names))
        told = gettext(workflow.actions[rung.takes].label) if rung.takes else told
        words = REMINDED if rung.due is None else REMINDED_ON
        yield gettext(words).format(time=_time(workflow, rung, gettext), who=told)


def _audience(workflow: Workflow, say: Say) -> Who:
    """Who is told as shipped."""
    if say.audience is None:
        return say.to
    named = frozenset(audience_of(workflow.policies[say.audience].value).roles)
    return say.to | role(*(named if say.among is None else named & say.among))


def _time(workflow: Workflow, rung: Rung, gettext: Gettext) -> str:
    if rung.after is None:
        return gettext(rung.due.label) if rung.due else ""
    policy = workflow.policies[rung.after].value
    return gettext(UNITS[policy["unit"]]).format(amount=policy["amount"])
