"""Every figure with its goal, and what measures it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from bench import alarms, demo, engine, lists, notifier, outbox, pages, size, storm, traffic, wakeup, wecom
from bench.place import Place
from bench.results import Goal, Measured


class UnknownFigure(ValueError):
    """There is no such figure; the message names those that there are."""


@dataclass(frozen=True)
class Family:
    """Figures that one measurement gives, and how long it may take."""

    goals: Mapping[str, Goal]
    measure: Callable[[Place], Awaitable[Mapping[str, Measured]]]
    within_s: float = 170


def _ratio(name: str, bound: float) -> Mapping[str, Goal]:
    return {name: Goal("ratio", bound)}


def _most(name: str, unit: str, bound: float) -> Mapping[str, Goal]:
    return {name: Goal(unit, bound, at_least=False)}


FAMILIES = (
    Family(_ratio("outbox_vs_pgqueuer", 2.5), outbox.vs_pgqueuer),
    Family(_ratio("outbox_vs_procrastinate", 8), outbox.vs_procrastinate),
    Family(_ratio("wecom_client_vs_bare_aiohttp", 0.5), wecom.vs_bare_aiohttp),
    Family({**_most("wakeup_p50_ms", "ms", 5), **_most("wakeup_p99_ms", "ms", 50)}, wakeup.wakeup),
    Family(_most("alarm_to_card_p99_ms", "ms", 1000), alarms.alarm_to_card),
    Family(_most("storm_500_messages_sent", "messages", 1), storm.storm),
    Family(_most("notifier_memory_growth", "share", 0.1), notifier.memory, within_s=400),
    Family(_ratio("engine_vs_bare_transaction", 0.4), engine.vs_bare_transaction),
    Family(_most("engine_round_trips", "trips", 7), engine.round_trips),
    Family(
        {**_ratio("device_page_vs_static", 0.07), **_ratio("device_page_vs_render", 0.45)}, pages.device_page
    ),
    Family(_most("device_page_queries", "queries", 4), pages.queries),
    Family(_most("pages_p99_open_loop_s", "s", 0.5), traffic.open_loop_pages),
    Family(_most("sessions_1000_p99_s", "s", 1), traffic.sessions),
    Family(_most("service_memory_growth", "share", 0.1), traffic.memory, within_s=400),
    Family(_most("idle_core_share", "share", 0.05), size.idle, within_s=600),
    Family({"timers_per_s_in_service": Goal("timers/s", 100)}, size.timers, within_s=600),
    Family(_most("lists_ten_years_p95_ms", "ms", 500), lists.lists, within_s=3000),
    Family(_most("demo_cold_start_s", "s", 120), demo.cold_start, within_s=450),
    Family(_most("demo_warm_start_s", "s", 6), demo.warm_start),
)


def chosen(names: Iterable[str]) -> list[Family]:
    """The families of these figures, all when none is named; raises `UnknownFigure`."""
    wanted = set(names)
    known = {name for family in FAMILIES for name in family.goals}
    if strange := sorted(wanted - known):
        raise UnknownFigure(f"no such figure: {', '.join(strange)}; there are {', '.join(sorted(known))}")
    return [family for family in FAMILIES if not wanted or wanted & set(family.goals)]
