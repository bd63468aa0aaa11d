"""What `/metrics` says, for Prometheus. docs/operation/metrics.md describes every one of them.

What is counted happens in this process; what is asked of the database is the same in every process.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, Histogram, Info, ProcessCollector, generate_latest

from bot.loops import Heartbeats
from storage import quarantine
from storage.database import Database, Record

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
DEPTHS = """
SELECT (SELECT count(*) FROM message WHERE state = 'queued') AS queued,
       (SELECT count(*) FROM message WHERE state = 'dead') AS dead,
       (SELECT coalesce(extract(epoch FROM $1 - min(next_at)), 0) FROM message WHERE state = 'queued') AS behind,
       (SELECT coalesce(extract(epoch FROM $1 - min(created_at)), 0) FROM message WHERE state = 'queued') AS oldest,
       (SELECT count(*) FROM timer WHERE fired_at IS NULL AND due_at < $2) AS overdue,
       (SELECT count(*) FROM work_case WHERE closed_at IS NULL) AS open_cases,
       (SELECT count(*) FROM promise_miss WHERE made_up_at IS NULL) AS missed,
       (SELECT coalesce(extract(epoch FROM $1 - max(ended_at)), -1) FROM auditor_round) AS auditor_age,
       (SELECT coalesce(extract(epoch FROM $1 - max(passed_at)), -1) FROM auditor_round) AS auditor_pass_age,
       pg_database_size(current_database()) AS database_bytes
"""
# By account, since that is how tries are found without reading the months.
DELIVERIES = """
SELECT a.kind AS channel, d.state, count(*) AS deliveries FROM channel_account a
  JOIN delivery d ON d.account_id = a.id AND d.tried_at > $1::timestamptz - interval '1 hour' GROUP BY 1, 2
"""


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        Info("yishe_build", "Which version runs", registry=self._registry).info({"version": version("yishe")})
        self._requests = Histogram(
            "yishe_http_request_seconds",
            "How long requests took, by route and kind of answer",
            ("route", "answer"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._known: dict[tuple[str, int], Histogram] = {}
        self._depths = {
            "queued": self._gauge("yishe_messages_queued", "Messages that wait in the outbox"),
            "dead": self._gauge("yishe_messages_dead", "Messages that reached nobody"),
            "behind": self._gauge(
                "yishe_outbox_behind_seconds", "How long the oldest due message has waited"
            ),
            "oldest": self._gauge(
                "yishe_messages_oldest_seconds", "Age of the oldest message that was not sent"
            ),
            "overdue": self._gauge("yishe_timers_overdue", "Deadlines that should have fired"),
            "open_cases": self._gauge("yishe_cases_open", "Cases that are not closed"),
            "missed": self._gauge(
                "yishe_promises_missed", "Reminders, steps and messages that the auditor misses"
            ),
            "auditor_age": self._gauge(
                "yishe_auditor_age_seconds", "Since the auditor's last round; -1 when there was none"
            ),
            "auditor_pass_age": self._gauge(
                "yishe_auditor_pass_age_seconds", "Since the auditor had seen every open case; -1 for never"
            ),
            "database_bytes": self._gauge("yishe_database_bytes", "Size of the database"),
        }
        self._deliveries = self._gauge(
            "yishe_deliveries_last_hour",
            "Tries to deliver, by channel and what became of them",
            "channel",
            "state",
        )
        self._rejected = self._gauge(
            "yishe_telemetry_rejected",
            "Messages at the broker that were not taken, in this hour and the one before, by what is wrong",
            "fault",
        )
        self._up = self._gauge("yishe_database_up", "1 when the database answered this question in time")
        self._pool = self._gauge(
            "yishe_pool_connections", "Connections of this process to the database", "state"
        )
        self._late = self._gauge(
            "yishe_loop_late_seconds", "How long a loop of this process has owed a round; 0 in time", "loop"
        )

    def request(self, route: str, status: int, began: float) -> None:
        """A request that began at that moment of `time.perf_counter` has been answered."""
        key = (route, status // 100)
        known = self._known.get(key)
        if known is None:  # a label costs more than the rest, so each is looked up once
            known = self._known[key] = self._requests.labels(route, f"{status // 100}xx")
        known.observe(time.perf_counter() - began)

    def process(self, db: Database, heartbeats: Heartbeats) -> None:
        """Take over how this process is."""
        pool = db.pool
        self._pool.labels("used").set(pool.get_size() - db.idle)
        self._pool.labels("idle").set(db.idle)
        self._pool.labels("most").set(pool.get_max_size())
        for loop, seconds in heartbeats.age().items():
            self._late.labels(loop).set(seconds)

    async def read(self, db: Database, real_now: datetime, business_now: datetime) -> None:
        """Ask the database. Raises `DatabaseAway`; then everything stays as it was but for `away`."""
        row = await db.fetchrow(DEPTHS, real_now, business_now)
        deliveries = await db.fetch(DELIVERIES, real_now)
        rejected = await quarantine.counted(db, real_now - timedelta(hours=2))
        for name, gauge in self._depths.items():
            gauge.set(float(row[name]) if row else 0.0)
        self._count(deliveries)
        for fault in quarantine.Fault:
            self._rejected.labels(fault).set(rejected.get(fault, 0))

    def answered(self, *, in_time: bool) -> None:
        """Did the database answer?"""
        self._up.set(float(in_time))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _count(self, deliveries: list[Record] | list[Mapping[str, Any]]) -> None:
        self._deliveries.clear()
        for row in deliveries:
            self._deliveries.labels(row["channel"], row["state"]).set(row["deliveries"])

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)
