from tests.support.demo import Demo
from workflows.adverse_event.machine import ADVERSE_EVENT

STATES = "SELECT state FROM work_case WHERE workflow = 'adverse_event'"
BY_TIME = "SELECT action FROM step WHERE door = 'system'"


async def test_every_state_of_an_adverse_event_occurs_and_time_has_left_its_marks(demo: Demo) -> None:
    assert set(await demo.column(STATES)) == set(ADVERSE_EVENT.states)
    assert {"alarm", "remind", "hospital_passed"} <= set(await demo.column(BY_TIME))


async def test_patients_of_the_demo_are_sealed(demo: Demo) -> None:
    sealed = await demo.column("SELECT sealed::text FROM adverse_event WHERE sealed <> '{}'")
    steps = await demo.column("SELECT data::text FROM step")
    assert len(sealed) == 4
    assert [text for text in (*sealed, *steps) if "患者甲" in text or "61 岁" in text] == []
