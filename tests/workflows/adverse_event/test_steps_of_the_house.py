"""Every step of the house has a deadline of its own, beside the clocks of the law."""

from datetime import timedelta

from tests.support.events import HANDLED, Events

STEPS = (
    ("send_back", {"reason": "what happened then?"}, "complete"),
    (
        "complete",
        {
            "manifestation": "The table moved on its own",
            "used_by": "professional",
        },
        "",
    ),
    ("check", {"causality": "possible"}, "grade"),
    ("grade", {"grade": "III"}, "handle"),
    ("handle", HANDLED, "close"),
)


async def test_completing_grading_handling_and_closing_are_reminded_of(events: Events) -> None:
    case = await events.report()
    for action, data, rule in STEPS:
        by = events.desk.world.reporter if action == "complete" else events.who.safety
        await events.act(case, action, by, data)
        if rule:
            await events.later(timedelta(days=21))
            told = [each for each, *_ in await events.desk.reminders(case) if each == rule]
            assert told == [rule] * 2
