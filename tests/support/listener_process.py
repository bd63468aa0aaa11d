"""A listener as a process that a test may kill: `listener_process.py DSN PORT [FAIL POINT]`."""

import asyncio
import sys

from storage.clock import BusinessClock, RealClock
from storage.database import Database
from storage.failpoints import KillAt, NoFailPoints
from telemetry.intake import Intake
from telemetry.listener import Listener
from telemetry.mqtt import Broker
from workflows.calendar import Calendar, ChineseWorkingDays
from workflows.engine import Clocks, Engine
from workflows.registry import all_workflows


async def listen(dsn: str, port: int, fail_point: str) -> None:
    fail = KillAt.parse(fail_point) if fail_point else NoFailPoints()
    real = RealClock()
    async with Database.open(dsn, max_size=4) as db:
        clocks = Clocks(BusinessClock(real), real, Calendar(ChineseWorkingDays({}, 2026)))
        intake = Intake(db, Engine(db, all_workflows(), clocks, NoFailPoints()), real, fail)
        listener = Listener(Broker("127.0.0.1", port, "yishe"), intake, fail, lambda: None)
        connection = asyncio.create_task(listener.stay_connected(asyncio.Event()))
        while not connection.done():
            await listener.arrived.wait()
            listener.arrived.clear()
            await listener.take_waiting()


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1], int(sys.argv[2]), sys.argv[3] if sys.argv[3:] else ""))
