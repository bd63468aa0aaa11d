"""The adverse events of the demo, in several states; alarms, reminders and passed clocks come as they would have."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.demo.histories import HISTORY, WITHDRAW, Stage
from bot.demo.story import Step, Story, days, hours, minutes
from storage.clock import SHANGHAI, BusinessClock
from storage.failpoints import NoFailPoints
from storage.sealing import Envelopes, Sealer
from storage.timers import next_due
from workflows.actor import Actor, Door
from workflows.adverse_event.machine import ADVERSE_EVENT, A
from workflows.deadlines import Deadlines
from workflows.engine import Clocks, Engine, Outcome

# What a step's data name by these keys are instants: so long before the step.
INSTANTS = ("known_at", "national_reported_at", "province_told_at", "each_reported_at")


def _report(who: str, outcome: str, manifestation: str, **data: Any) -> Step:
    given = {"outcome": outcome, "manifestation": manifestation, "known_at": minutes(10), **data}
    return Step(timedelta(), A.REPORT, who, given)


def _check(causality: str) -> Step:
    return Step(hours(1), A.CHECK, "safety", {"causality": causality})


def _grade(grade: str) -> Step:
    return Step(hours(1), A.GRADE, "safety", {"grade": grade})


def _handle(after: timedelta, cause: str, handling: str) -> Step:
    return Step(after, A.HANDLE, "head", {"cause": cause, "handling": handling})


def _reported(after: timedelta, code: str) -> Step:
    data = {"national_reported_at": minutes(15), "report_code": code}
    return Step(after, A.REPORT_NATIONAL, "safety", data)


ACKNOWLEDGE = Step(minutes(6), A.ACKNOWLEDGE, "head", door=Door.WECOM)
LIKELY = {"in_time_order": "yes", "of_known_kind": "yes", "otherwise_explained": "no"}
PATIENT = {"patient_name": "患者甲（演示）", "patient_age": "61 岁", "patient_sex": "female",
           "patient_record": "DEMO-0001"}  # fmt: skip

EVENTS = [
    Story("PETCT-101", days(13), [
        _report("reporter-nm", "serious_injury", "检查床下降时夹到患者手指，造成骨折", **LIKELY, **PATIENT),
        ACKNOWLEDGE,
        _check("very_likely"),
        _grade("II"),
        _reported(hours(16), "DEMO-AE-0001"),
        _handle(hours(3), "限位开关失效", "更换限位开关，全院检查床排查"),
        Step(hours(1), A.CLOSE, "safety"),
    ]),
    Story("MR-102", days(8), [
        _report("reporter", "other", "患者扫描后自诉头晕"),
        Step(hours(2), A.REFUSE, "safety", {"reason": "患者未进食，与设备无关"}),
    ]),
    Story("CT-103", hours(50), [
        _report("reporter", "may_cause", "高压注射器针筒松脱，造影剂外渗", **LIKELY),
        _check("very_likely"),
        _grade("III"),
        _handle(hours(47), "卡扣磨损", "更换卡扣，列入日常巡检"),
    ]),
    Story("TOMO-101", hours(20), [
        _report("reporter-rt", "serious_injury", "治疗中定位偏差 4 mm，一个分次剂量偏离", **PATIENT),
        ACKNOWLEDGE,
        _check("possible"),
        _grade("II"),
    ]),
    Story("PETMR-101", hours(6), [
        _report("reporter-nm", "other", "警报声中断检查，患者受惊"),
        Step(hours(1), A.SEND_BACK, "safety", {"reason": "请补充报警代码和当时的扫描序列"}),
    ]),
    Story("MR-101", hours(3), [
        _report("reporter", "may_cause", "表面线圈发热，患者皮肤发红", **LIKELY),
        _check("very_likely"),
    ]),
    Story("LA-101", minutes(40), [
        _report("reporter-rt", "may_cause", "准直器防撞联锁未触发，机架距患者不足 2 cm", **PATIENT),
    ]),
    Story("ROB-101", timedelta(), [
        _report("reporter-or", "serious_injury", "器械臂意外移动，造成组织损伤，已中转开放手术", **PATIENT),
    ]),
]  # fmt: skip


class EventClock(BusinessClock):
    """Business time as the event goes; the offset that the demo's clock may have is part of `at` already."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def moved_to(self, offset_s: float) -> None:
        """The story's time is its own."""


class EventTeller:
    """Plays the events to the real engine, with what time alone does in between."""

    def __init__(self, stage: Stage, sealer: Sealer, people: Mapping[str, int], now: datetime) -> None:
        self._stage = stage
        self._people = people
        self._now = now
        self._clock = EventClock(now)
        clocks = Clocks(self._clock, stage.real, stage.calendar)
        fail = NoFailPoints()
        self._engine = Engine(stage.db, stage.registry, clocks, fail, Envelopes(sealer))
        self._deadlines = Deadlines(stage.db, stage.registry, clocks, self._clock, fail)

    async def tell_all(self) -> None:
        """Every event; each step has its own key, so a play that was broken off can be played again."""
        for event in EVENTS:
            await self._tell(event)
        await self._stage.db.execute(WITHDRAW, self._stage.real.now(), HISTORY)

    async def _tell(self, event: Story) -> None:
        self._clock.at = self._now - event.ago
        opened = await self._open(event)
        outcome = opened
        for place, step in enumerate(event.steps[1:], start=1):
            await self._pass_time(self._clock.at + step.after)
            outcome = await self._engine.act(
                opened.case_id,
                step.action,
                Actor(step.door, self._people[step.who]),
                self._data(step),
                seen_version=outcome.version,
                idempotency_key=_key(event, place),
            )
        if event.ago:  # what is reported this very moment alarms when the service starts
            await self._pass_time(self._now)

    async def _open(self, event: Story) -> Outcome:
        step = event.steps[0]
        today = {"happened_on": (self._clock.at - minutes(10)).astimezone(SHANGHAI).date()}
        return await self._engine.open(
            ADVERSE_EVENT.name,
            step.action,
            Actor(step.door, self._people[step.who]),
            {**today, **self._data(step)},
            place=await self._stage.place(event.device),
            idempotency_key=_key(event, 0),
        )

    async def _pass_time(self, until: datetime) -> None:
        """Fire what is due on the way, each at its own time."""
        while (due := await self._next_due()) is not None and due <= until:
            self._clock.at = max(due, self._clock.at)
            await self._deadlines.run_due()
        self._clock.at = until

    async def _next_due(self) -> datetime | None:
        async with self._stage.db.connection() as connection:
            return await next_due(connection)

    def _data(self, step: Step) -> dict[str, Any]:
        return {k: self._clock.at - v if k in INSTANTS else v for k, v in step.data.items()}


def _key(event: Story, place: int) -> str:
    return f"demo-event-{event.device}-{place}"
