"""What sensors said, as rows: readings, and the state of each rule.

Every function runs in the caller's transaction, so that readings, states and cases are committed together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from storage.database import Connection

Sensor = tuple[int, str]
"""Device id and metric."""


@dataclass(frozen=True)
class Source:
    """Who speaks: `gateway` is None when no active one has that key, `device_id` when it may not speak for it."""

    gateway: int | None
    device_id: int | None
    device_type: str
    organisation_id: int
    retired: bool = False


@dataclass(frozen=True)
class NewReading:
    """One value as it was measured."""

    device_id: int
    metric: str
    measured_at: datetime
    value: float
    late: bool


@dataclass(frozen=True)
class RuleState:
    """What a rule remembers. Times are the sensor's own. `level`: normal, warning or alarm.

    `side` (low, high) is where the value was outside: of what is raised, and of the holds that run.
    """

    level: str = "normal"
    warning_since: datetime | None = None
    alarm_since: datetime | None = None
    side: str | None = None
    inside_since: datetime | None = None
    last_at: datetime | None = None
    last_value: float | None = None
    no_data: bool = False


@dataclass(frozen=True)
class RuleRow:
    """The rule of one metric of one device with its open cases."""

    id: int
    device_id: int
    metric: str
    device_type: str
    organisation_id: int
    state: RuleState
    alarm_id: int | None
    no_data_alarm_id: int | None


SOURCES = """
SELECT a.key, a.number, g.id AS gateway, CASE WHEN starts_with(o.path, go.path) THEN d.id END AS device_id,
       coalesce(d.type, '') AS device_type, coalesce(d.organisation_id, 0) AS organisation_id,
       coalesce(d.status, '') = 'retired' AS retired
  FROM unnest($1::text[], $2::text[]) AS a(key, number)
  LEFT JOIN gateway g ON g.key = a.key AND g.active
  LEFT JOIN organisation go ON go.id = g.organisation_id
  LEFT JOIN device d ON d.number = a.number
  LEFT JOIN organisation o ON o.id = d.organisation_id
"""
STORE = """
INSERT INTO reading (device_id, metric, measured_at, value, late, received_at)
SELECT r.device_id, r.metric, r.measured_at, r.value, r.late, $6
  FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::float8[], $5::bool[])
       AS r(device_id, metric, measured_at, value, late)
ON CONFLICT DO NOTHING
"""
# In the order of the keys, so that two writers cannot wait for each other in a circle.
ADD_RULES = """
INSERT INTO sensor_rule (device_id, metric)
SELECT device_id, metric FROM unnest($1::bigint[], $2::text[]) AS a(device_id, metric) ORDER BY 1, 2
ON CONFLICT (device_id, metric) DO NOTHING
"""
RULES = """
SELECT r.id, r.device_id, r.metric, d.type AS device_type, d.organisation_id, r.level, r.warning_since, r.alarm_since,
       r.side, r.inside_since, r.last_at, r.last_value, r.no_data, r.alarm_id, r.no_data_alarm_id
  FROM sensor_rule r JOIN device d ON d.id = r.device_id
"""
LOCK_RULES = f"{RULES} WHERE r.device_id = ANY($1) ORDER BY r.device_id, r.metric FOR UPDATE OF r"
SPOKE_ONCE = f"{RULES} WHERE NOT r.no_data AND r.last_at < $1 AND d.status = 'in_use'"
# A device's own limits say that its sensor is there. Since when is not known of those that were entered as rows.
PLACE = "UPDATE band SET placed_at = $1 WHERE placed_at IS NULL AND device_id IS NOT NULL"
NEVER_SPOKE = """
SELECT b.device_id, b.metric, min(b.placed_at) AS placed_at FROM band b JOIN device d ON d.id = b.device_id
 WHERE d.status = 'in_use' AND b.placed_at + make_interval(secs => b.no_data_s) < $1
   AND NOT EXISTS (SELECT FROM sensor_rule r WHERE r.device_id = b.device_id AND r.metric = b.metric
                      AND (r.last_at IS NOT NULL OR r.no_data))
 GROUP BY b.device_id, b.metric
"""
# When the newest value arrived (real time): a sensor whose clock is slow is not silent while it speaks.
HEARD = """
SELECT r.id, v.received_at FROM sensor_rule r
  JOIN reading v ON v.device_id = r.device_id AND v.metric = r.metric AND v.measured_at = r.last_at
 WHERE r.id = ANY($1)
"""
SAVE_RULES = """
UPDATE sensor_rule r
   SET level = s.level, warning_since = s.warning_since, alarm_since = s.alarm_since, side = s.side,
       inside_since = s.inside_since, last_at = s.last_at, last_value = s.last_value, no_data = s.no_data,
       alarm_id = s.alarm_id, no_data_alarm_id = s.no_data_alarm_id
  FROM jsonb_to_recordset($1) AS s(id bigint, level text, warning_since timestamptz, alarm_since timestamptz,
       side text, inside_since timestamptz, last_at timestamptz, last_value float8, no_data bool,
       alarm_id bigint, no_data_alarm_id bigint)
 WHERE r.id = s.id
"""
FORGET = """
UPDATE sensor_rule SET level = 'normal', warning_since = NULL, alarm_since = NULL, side = NULL, inside_since = NULL,
       no_data = false, alarm_id = NULL, no_data_alarm_id = NULL
 WHERE device_id = $1
"""


async def sources(
    connection: Connection, asked: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Source]:
    """Who speaks, by key of the gateway and number of the device."""
    pairs = sorted(set(asked))
    rows = await connection.fetch(SOURCES, [key for key, _ in pairs], [number for _, number in pairs])
    return {
        (row["key"], row["number"]): Source(
            row["gateway"], row["device_id"], row["device_type"], row["organisation_id"], row["retired"]
        )
        for row in rows
    }


async def store(connection: Connection, readings: Sequence[NewReading], received_at: datetime) -> int:
    """Keep each reading once; how many were new. `received_at` is real time."""
    status = await connection.execute(
        STORE,
        [r.device_id for r in readings],
        [r.metric for r in readings],
        [r.measured_at for r in readings],
        [r.value for r in readings],
        [r.late for r in readings],
        received_at,
    )
    return int(status.rpartition(" ")[2])


async def lock_rules(connection: Connection, sensors: Iterable[Sensor]) -> list[RuleRow]:
    """All rules of these sensors' devices, locked until the end of the transaction. Missing ones are made."""
    wanted = sorted(set(sensors))
    devices = [device for device, _ in wanted]
    await connection.execute(ADD_RULES, devices, [metric for _, metric in wanted])
    return [_rule(dict(row)) for row in await connection.fetch(LOCK_RULES, list(set(devices)))]


async def silent_before(connection: Connection, at: datetime) -> list[RuleRow]:
    """Rules of devices in use whose last value is older than `at` and whose silence was not noticed yet."""
    return [_rule(dict(row)) for row in await connection.fetch(SPOKE_ONCE, at)]


async def never_spoke(connection: Connection, now: datetime) -> dict[Sensor, datetime]:
    """Sensors with limits of their own, of devices in use, that never spoke within their time; since when they should.

    `now` is real time; limits that were entered as rows count from the first time that this looks at them.
    """
    await connection.execute(PLACE, now)
    rows = await connection.fetch(NEVER_SPOKE, now)
    return {(row["device_id"], row["metric"]): row["placed_at"] for row in rows}


async def heard_at(connection: Connection, rules: Iterable[RuleRow]) -> dict[int, datetime]:
    """When the newest value of each rule arrived (real time), by the rule's id."""
    rows = await connection.fetch(HEARD, [rule.id for rule in rules])
    return {row["id"]: row["received_at"] for row in rows}


async def save_rules(connection: Connection, rules: Iterable[RuleRow]) -> None:
    """Write the states and cases of locked rules."""
    rows = [
        {**asdict(r.state), "id": r.id, "alarm_id": r.alarm_id, "no_data_alarm_id": r.no_data_alarm_id}
        for r in rules
    ]
    await connection.execute(SAVE_RULES, rows)


async def lock_of_device(connection: Connection, device_id: int) -> None:
    """Nothing that the device's sensors say is judged until the end of the transaction."""
    await connection.execute(
        "SELECT FROM sensor_rule WHERE device_id = $1 ORDER BY metric FOR UPDATE", device_id
    )


async def forget(connection: Connection, device_id: int) -> None:
    """What the rules of the device remember, but for their newest values. Their rows must be locked."""
    await connection.execute(FORGET, device_id)


def _rule(row: dict[str, object]) -> RuleRow:
    names = (
        "level",
        "warning_since",
        "alarm_since",
        "side",
        "inside_since",
        "last_at",
        "last_value",
        "no_data",
    )
    state = RuleState(**{name: row.pop(name) for name in names})  # type: ignore[arg-type]  # columns are fields
    return RuleRow(state=state, **row)  # type: ignore[arg-type]  # as above
