"""The patient's fields: sealed at rest, opened for one role, and in no table, payload, log or error."""

import json
import logging
from datetime import timedelta

import pytest

from bot.catalogues import Catalogues
from notifier.providers.email.channel import EmailChannel
from notifier.providers.wecom.cards import message_for
from notifier.rendering import Renderer
from storage import outbox
from storage.links import Links
from storage.sealing import Envelopes, MasterKey, SealBroken, new_master_key
from tests.support.clocks import FixedClock
from tests.support.desk import SEALER
from tests.support.events import CANARY, PATIENT, Events
from tests.workflows.test_listeners import listen
from workflows.engine import Outcome
from workflows.errors import FormInvalid
from workflows.registry import all_workflows

TRACES = ("canary", "4711", "0815")


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text.lower()]


async def whole_life(events: Events) -> Outcome:
    """An event with a patient that goes its whole way, with alarm, ladder and passed clocks."""
    case = await events.report("death", is_group=True, patient=PATIENT)
    await events.later(timedelta(days=30))
    await events.act(case, "send_back", data={"reason": "Which table?"})
    again = {"manifestation": "Table 2 moved", "patient_name": f"{CANARY} again"}
    await events.act(case, "complete", events.desk.world.reporter, again)
    await events.graded(case, "II")
    await events.later(timedelta(hours=1))
    return case


async def test_no_table_holds_a_trace_of_the_patient(events: Events) -> None:
    await whole_life(events)
    tables = await events.desk.db.fetch(
        "SELECT relname AS tablename FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'tortoise_migrations' ORDER BY relname"
    )
    rows = 0
    for table in tables:
        for row in await events.desk.db.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table['tablename']} t"):
            rows += 1
            assert traces_in(row["row"]) == [], table["tablename"]
    assert rows > 100


async def test_no_payload_holds_a_trace_of_the_patient(events: Events) -> None:
    await whole_life(events)
    registry = all_workflows()
    renderer = Renderer(registry.vocabulary(), Catalogues.load(), Links(b"k" * 32), "https://yishe.example")
    claimed = await outbox.claim(events.desk.db, events.desk.real.now(), timedelta(minutes=1), 500)
    assert len(claimed) > 5
    for message in claimed:
        content = renderer.content(message, "m-1", "Yishe")
        card = json.dumps(message_for(content, has_callback=True), ensure_ascii=False)
        assert traces_in(f"{content}{card}{EmailChannel(FixedClock())}") == []


async def test_what_happened_is_told_to_nobody_in_the_reporters_own_words(events: Events) -> None:
    await listen(events.desk, events.desk.world.hospital, severities=["critical"], hears_steps=True)
    case = await events.report("death", manifestation=f"{CANARY} fell from the table")
    await events.later(timedelta(hours=1))
    rows = await events.desk.db.fetch(
        "SELECT kind, variables::text FROM message WHERE case_id = $1", case.case_id
    )
    assert {"case.step", "adverse_event.alarm"} <= {row["kind"] for row in rows}
    assert [row["kind"] for row in rows if traces_in(row["variables"])] == []


async def test_logs_errors_and_representations_hold_no_trace(
    events: Events, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await whole_life(events)
    wrong = {**PATIENT, "patient_phone": "canary", "patient_age": "canary" * 9, "known_at": "canary"}
    with pytest.raises(FormInvalid) as refused:
        await events.report("death", patient=wrong)
    out, err = capfd.readouterr()
    assert traces_in(f"{out}{err}{caplog.text}") == []
    assert traces_in(f"{refused.value!r}{refused.value}{refused.value.fields}") == []


async def test_sealed_fields_open_with_their_key_and_a_completed_one_replaces_its_former(
    events: Events,
) -> None:
    case = await whole_life(events)
    sealed = await events.detail(case, "sealed")
    opened = SEALER.open_fields(sealed, f"adverse_event of case {case.case_id}", [*PATIENT])
    assert opened == {**PATIENT, "patient_name": f"{CANARY} again"}
    assert len(sealed["keys"]) == 2
    assert {field["key"] for field in sealed["fields"].values()} == set(sealed["keys"])


async def test_an_event_without_patient_keeps_nothing(events: Events) -> None:
    assert await events.detail(await events.report(), "sealed") == {}


def test_each_field_has_a_value_of_its_own_and_each_record_a_key_of_its_own() -> None:
    sealer = Envelopes(MasterKey(new_master_key()))
    one, other = (sealer.seal_fields({"a": "same", "b": "same"}, "case 1", {}) for _ in range(2))
    values = [record["fields"][name]["value"] for record in (one, other) for name in "ab"]
    assert len(set(values)) == 4
    assert not set(one["keys"]) & set(other["keys"])
    assert "same" not in json.dumps([one, other])


def test_a_field_opens_for_its_own_record_and_name_alone() -> None:
    sealer = Envelopes(MasterKey(new_master_key()))
    sealed = sealer.seal_fields({"a": "one", "b": "two"}, "case 1", {})
    swapped = {**sealed, "fields": {"a": sealed["fields"]["b"], "b": sealed["fields"]["a"]}}
    assert sealer.open_fields(sealed, "case 1", "ab") == {"a": "one", "b": "two"}
    for broken, context in ((sealed, "case 2"), (swapped, "case 1"), ({**sealed, "keys": {}}, "case 1")):
        with pytest.raises(SealBroken):
            sealer.open_fields(broken, context, "ab")


def test_another_master_key_opens_nothing() -> None:
    sealed = Envelopes(MasterKey(new_master_key())).seal_fields({"a": "one"}, "case 1", {})
    with pytest.raises(SealBroken):
        Envelopes(MasterKey(new_master_key())).open_fields(sealed, "case 1", "a")


def test_a_changed_value_does_not_open() -> None:
    sealer = Envelopes(MasterKey(new_master_key()))
    sealed = sealer.seal_fields({"a": "one"}, "case 1", {})
    value = sealed["fields"]["a"]["value"]
    sealed["fields"]["a"]["value"] = ("B" if value[0] == "A" else "A") + value[1:]
    with pytest.raises(SealBroken):
        sealer.open_fields(sealed, "case 1", "a")
