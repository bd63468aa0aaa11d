import itertools
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.adverse_events import EVENTS
from bot.demo.cases import STORIES
from bot.demo.channels import Endpoints
from bot.demo.data import CITIES
from bot.demo.licence_stories import STORIES as LICENCES
from bot.demo.seed import DemoTools, seed
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import SHANGHAI
from storage.device_types import DeviceType
from tests.support.demo import Demo
from workflows.engine import Engine, Outcome
from workflows.identity.roles import Role
from workflows.identity.sign_in import SignIn
from workflows.licence.machine import LICENCE
from workflows.licence.stages import Colour, stage_on
from workflows.repair.machine import REPAIR

STATES = "SELECT state FROM work_case WHERE workflow = $1"
ACTIONS = "SELECT s.action FROM step s JOIN work_case c ON c.id = s.case_id WHERE c.workflow = $1"


async def test_tree_people_devices_and_labels_are_there(demo: Demo) -> None:
    kinds = Counter(await demo.column("SELECT kind FROM organisation"))
    assert kinds == {"nation": 1, "province": 1, "city": 13, "hospital": 4, "department": 20}
    assert set(await demo.column("SELECT code FROM organisation WHERE kind = 'city'")) == set(CITIES)
    assert len(await demo.column("SELECT token FROM device_label")) == 60
    assert set(await demo.column("SELECT type FROM device")) == set(DeviceType)


async def test_everything_that_could_be_taken_for_real_is_labelled(demo: Demo) -> None:
    names = await demo.column("SELECT name FROM organisation WHERE kind <> 'department'")
    names += await demo.column("SELECT name FROM person UNION ALL SELECT maker FROM device")
    assert [name for name in names if "演示" not in name] == []
    assert [s for s in await demo.column("SELECT serial FROM device") if not s.startswith("DEMO-")] == []


async def test_licence_numbers_have_the_official_form_and_are_unique(demo: Demo) -> None:
    numbers = await demo.column("SELECT licence_number FROM device WHERE licence_number IS NOT NULL")
    assert len(numbers) > 45
    assert len(set(numbers)) == len(numbers)
    assert [n for n in numbers if not re.fullmatch(r"[甲乙]10\d{8}", n)] == []


async def test_every_role_has_somebody_for_every_department_who_can_be_told(demo: Demo) -> None:
    missing = await demo.db.fetch(
        "SELECT d.name, r.role FROM organisation d CROSS JOIN unnest($1::text[]) AS r(role) "
        "WHERE d.kind = 'department' AND d.name <> '医学装备处' AND NOT EXISTS ("
        "  SELECT 1 FROM post JOIN organisation o ON o.id = post.organisation_id "
        "    JOIN contact_point cp ON cp.person_id = post.person_id "
        "   WHERE post.role = r.role AND starts_with(d.path, o.path))",
        [*Role],
    )
    officers = await demo.column("SELECT organisation_id FROM post WHERE role = 'city_officer'")
    assert [row for row in missing if row["role"] != Role.CITY_OFFICER] == []
    assert len(officers) == 13


async def test_every_state_of_the_repair_table_occurs(demo: Demo) -> None:
    assert set(await demo.column(STATES, "repair")) == set(REPAIR.states)
    not_told = {
        "assign",
        "hand_back",
        "raise",
        "stopped",
        "usable",
        "also_seen",
        "correct_cost",
        "approve_cost",
    }
    seen = set(await demo.column(ACTIONS, "repair"))
    assert set(REPAIR.actions) - seen <= not_told


async def test_every_state_and_colour_of_licences_occurs(demo: Demo) -> None:
    today = demo.tools.stage.real.now().astimezone(SHANGHAI).date()
    limits = await demo.column(
        "SELECT limit_on FROM licence l JOIN work_case c ON c.id = l.case_id WHERE c.closed_at IS NULL"
    )
    assert Counter(stage_on(today, limit) for limit in limits) == {
        Colour.RED: 5, Colour.ORANGE: 5, Colour.YELLOW: 6, Colour.BLUE: 5, None: 6
    }  # fmt: skip
    assert set(await demo.column(STATES, "licence")) == set(LICENCE.states)
    assert set(await demo.column(ACTIONS, "licence")) == set(LICENCE.actions) - {
        "approve",
        "correct",
        "expire",
        "propose_duplicate",
        "refuse",
        "remark",
        "send_back",
        "set_limit",
        "withdraw",
    }


async def test_reminders_of_licences_are_in_the_past_and_history(demo: Demo) -> None:
    queued = await demo.column("SELECT id FROM message WHERE kind LIKE 'licence.%' AND state = 'queued'")
    overdue = await demo.column(
        "SELECT t.id FROM timer t JOIN work_case c ON c.id = t.case_id "
        "WHERE c.workflow = 'licence' AND t.fired_at IS NULL AND t.due_at <= $1",
        demo.tools.stage.real.now(),
    )
    assert queued == overdue == []


async def test_histories_are_whole_and_lie_in_the_past_weeks(demo: Demo) -> None:
    now = demo.tools.stage.real.now()
    broken = await demo.column(
        "SELECT c.number FROM work_case c JOIN step s ON s.case_id = c.id GROUP BY c.id "
        "HAVING count(*) <> c.version OR max(s.at) > $1 "
        "OR (c.workflow = 'repair' AND min(s.at) < $1 - interval '6 weeks')",
        now,
    )
    last = await demo.column(
        "SELECT c.number FROM work_case c JOIN step s ON s.case_id = c.id AND s.version = c.version "
        "WHERE s.target <> c.state"
    )
    assert broken == []
    assert last == []


async def test_no_timer_is_overdue_and_the_next_is_due_within_the_hour(demo: Demo) -> None:
    due = await demo.column("SELECT due_at FROM timer WHERE fired_at IS NULL ORDER BY due_at")
    now = demo.tools.stage.real.now()
    assert now <= due[0] < now + timedelta(hours=1)


async def test_only_the_present_state_of_open_cases_is_still_told(demo: Demo) -> None:
    stale = await demo.column(
        "SELECT m.id FROM message m JOIN work_case c ON c.id = m.case_id WHERE m.state = 'queued' "
        "AND (c.closed_at IS NOT NULL OR m.case_version < c.entered_version)"
    )
    queued = await demo.column("SELECT id FROM message WHERE state = 'queued'")
    assert stale == []
    assert 10 <= len(queued) <= 60


async def test_photos_are_attached_and_kept(demo: Demo) -> None:
    kept = await demo.column("SELECT file_id FROM attachment")
    contents = [await demo.tools.stage.files.get(sha256) for sha256 in kept]
    assert len(set(kept)) >= 8
    assert all(content.startswith(b"\xff\xd8\xff") for content in contents)


@pytest.mark.parametrize(
    "username",
    ["reporter", "engineer", "engineer2", "head", "director", "admin", "depthead", "city", "province"],
)
async def test_signing_in_works_with_the_demo_password(demo: Demo, username: str) -> None:
    assert await demo.sign_in.sign_in(username, demo.world.password)
    assert username in {p.username for p in demo.world.people}


async def test_second_seed_changes_nothing(demo: Demo) -> None:
    before = await demo.everything()
    assert await seed(demo.tools) == demo.world
    assert await demo.everything() == before


async def test_seed_that_was_broken_off_is_finished(
    tools: tuple[DemoTools, SignIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    act, calls = Engine.act, itertools.count(1)

    async def break_off(*args: Any, **named: Any) -> Outcome:
        if next(calls) == 10:
            raise ConnectionError
        return await act(*args, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Engine, "act", break_off)
        with pytest.raises(ConnectionError):
            await seed(tools[0])
    demo = Demo(tools[0].stage.db, *tools, await seed(tools[0]))
    assert set(await demo.column(STATES, "repair")) == set(REPAIR.states)
    assert await demo.column("SELECT count(*) FROM work_case") == [len(STORIES) + len(LICENCES) + len(EVENTS)]
    assert await demo.column("SELECT code FROM organisation WHERE kind = 'nation'") == ["DEMO"]


async def test_labels_are_the_same_in_every_demo(demo: Demo) -> None:
    first = await demo.column(
        "SELECT token FROM device_label l JOIN device d ON d.id = l.device_id ORDER BY d.id"
    )
    assert first[0] == demo.world.device_token
    assert len(set(first)) == 60
    assert {len(token) for token in first} == {22}


async def test_accounts_follow_the_sandbox_to_another_port(demo: Demo) -> None:
    elsewhere = Endpoints("http://127.0.0.1:9001", "127.0.0.1", 9025)
    await seed(replace(demo.tools, endpoints=elsewhere))
    accounts = StoredChannelAccounts(demo.db, demo.tools.sealer)
    wecom = await accounts.by_public_key("wecom", "demo-province")
    mail = await accounts.by_public_key("email", "demo-mail")
    assert wecom is not None
    assert mail is not None
    assert wecom.settings["base_url"] == "http://127.0.0.1:9001"
    assert mail.settings["port"] == 9025
