"""Every policy that the code knows, with what may be set in it and by whom. Found in the workflows and below."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.texts import N_
from workflows.administration.notice_policies import NOTICE_POLICIES
from workflows.administration.organisation_kinds import Kind
from workflows.administration.policy_words import WORDS
from workflows.calendar import UNITS_A_DAY
from workflows.definition import PolicyDefault
from workflows.identity import password_policy
from workflows.registry import all_workflows

PASSWORDS = N_("Passwords")
CHATS = N_("Answers in chats")
SHIPPED = N_("Included with the service")
NOTICES = N_("How people are notified")
OTHERS: Mapping[str, Mapping[str, PolicyDefault]] = {
    PASSWORDS: {password_policy.NAME: password_policy.DEFAULT},
    CHATS: {"telegram.approvals": PolicyDefault({"in_chat": True}, SHIPPED)},
    NOTICES: NOTICE_POLICIES,
}
"""Policies of no workflow, by their group."""


@dataclass(frozen=True)
class Bounds:
    """What may be set: units of a duration (none: the unit stays), and the least and most of a number."""

    units: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000_000


@dataclass(frozen=True)
class PolicyKind:
    """One policy. Group, label and meaning are source texts; `workflow` names the one whose cases it rules.

    `authority_only`: hospitals inherit it, since it binds them.
    """

    name: str
    group: str
    label: str
    meaning: str
    default: PolicyDefault
    bounds: Mapping[str, Bounds]
    workflow: str | None
    authority_only: bool
    tier: Kind | None = None
    """The one kind of organisation that sets it: what an issuing authority decides for its class of licences."""


DURATION = Bounds(tuple(UNITS_A_DAY))
IN_HOURS_OR_DAYS = Bounds(("minutes", "hours", "calendar_days"), least=1)  # these clocks run through holidays
WHOLE_DAYS = Bounds()  # the code counts days, so another unit would mean something else
NUMBERS: Mapping[str, Bounds] = {
    "hour": Bounds(most=23),
    "messages": Bounds(least=2, most=1000),
    "seconds": Bounds(least=1, most=3600),
    "at_once": Bounds(least=2, most=1000),
    "calm_minutes": Bounds(least=1, most=1440),
    "again_minutes": Bounds(least=1, most=1440),
    "quiet_from": Bounds(most=23),
    "quiet_to": Bounds(most=23),
    "first_minutes": Bounds(most=1440),
    "second_minutes": Bounds(most=1440),
    "third_minutes": Bounds(most=1440),
    "least_length": Bounds(least=8, most=64),
    "most_age_days": Bounds(most=3650),
}
SPECIAL: Mapping[str, Bounds] = {
    "licence.time_limit_a": Bounds(least=1, most=20),
    "licence.time_limit_b": Bounds(least=1, most=20),
    "licence.answer": WHOLE_DAYS,
    "licence.red_again": Bounds(("hours", "calendar_days", "working_days"), least=1),
    "licence.plan_past_the_limit": WHOLE_DAYS,
    "repair.reopen_within": WHOLE_DAYS,
    "repair.cost_over": Bounds(most=100),
    "notifier.stop_by_reply": Bounds(most=365),
    "notify.repeat": Bounds(most=10_080),  # a week
    "notifier.standby_urgent": Bounds(("minutes", "hours")),
    "notifier.standby_other": Bounds(("minutes", "hours")),
    **{
        f"adverse_event.clock_{clock}": IN_HOURS_OR_DAYS
        for clock in ("death", "serious", "province", "each_case", "hospital")
    },
}
BY_LAW = ("adverse_event.clock_death", "adverse_event.clock_serious", "adverse_event.clock_province",
          "adverse_event.clock_each_case")  # fmt: skip


ISSUERS: Mapping[str, Kind] = {
    "licence.time_limit_a": Kind.NATION,
    "licence.time_limit_b": Kind.PROVINCE,
    "licence.lapse_a": Kind.NATION,
    "licence.lapse_b": Kind.PROVINCE,
}


def catalogue() -> dict[str, PolicyKind]:
    """All policies by name, in the order in which the code names them."""
    found = {
        name: _kind(name, default, workflow.label, workflow.name)
        for workflow in all_workflows()
        for name, default in workflow.policies.items()
    }
    return found | {
        name: _kind(name, default, group, None)
        for group, policies in OTHERS.items()
        for name, default in policies.items()
    }


def _kind(name: str, default: PolicyDefault, group: str, workflow: str | None) -> PolicyKind:
    words = WORDS[name]
    bounds = dict(NUMBERS)
    if "unit" in default.value:
        of_time = default.value["unit"] in UNITS_A_DAY
        bounds["amount"] = SPECIAL.get(name, DURATION if of_time else Bounds())
    authority_only = name.startswith("licence.") or name in BY_LAW
    return PolicyKind(
        name,
        group,
        words.label,
        words.meaning,
        default,
        bounds,
        workflow,
        authority_only=authority_only,
        tier=ISSUERS.get(name),
    )
