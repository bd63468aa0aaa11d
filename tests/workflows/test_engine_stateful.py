"""Anybody does anything at any time: no illegal state, no lost history, no double effect."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from storage.roles import as_login
from tests.support import ledger
from tests.support.hospital import PEOPLE, STAFF, Hospital, Request
from workflows.engine import Outcome
from workflows.errors import ActorUnknown, FormInvalid, KeyReused, Stale, WorkflowError
from workflows.repair.machine import REPAIR, A

ACTIONS = sorted({str(move.action) for move in REPAIR.moves if move.source})
FORWARD: list[str] = [A.TRIAGE, A.APPROVE, A.START, A.FINISH, A.CONFIRM]
MOST_CASES = 3

people = st.sampled_from(PEOPLE)
anybody = st.one_of(people, st.just("system"), st.integers(0, 2).map(lambda nth: f"link {nth}"))
cases = st.integers(0, MOST_CASES - 1)
earlier = st.integers(0, 99)
actions = st.sampled_from(ACTIONS)
words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
good_forms = st.fixed_dictionaries(
    {"estimate": st.sampled_from(["0", "4999.99", "5000", "5000.01", "80000"]), "words": words},
    optional={"technician": st.sampled_from(["engineer", "second_engineer", "stranger", "reporter"])},
)
bad_forms = st.dictionaries(
    st.sampled_from(["estimate", "diagnosis", "reason", "remark", "cost", "work_done", "state", "\0"]),
    st.one_of(
        st.none(), st.integers(), st.floats(), st.text(max_size=30), st.lists(st.integers(), max_size=2)
    ),
    max_size=4,
)
delays = st.sampled_from([timedelta(minutes=n) for n in (1, 29, 30, 31, 120, 60 * 24, 60 * 24 * 8)])

# Open to anybody at the label's page, and no button of a case.
ELSEWHERE = {move.action for move in REPAIR.moves if not move.offered}
SHORT = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=600, stateful_step_count=60, derandomize=False, print_blob=True)


class Story(Hospital):
    """Each rule compares the answer with the offers made before and with the rows after."""

    @initialize(far=st.lists(st.integers(0, 5), min_size=2, max_size=2), form=good_forms)
    def begin(self, far: list[int], form: dict[str, Any]) -> None:
        """Two cases that have already come some way."""
        self.do(self.open())
        for nth, steps in enumerate(far):
            self.cases.append(self.do(self.desk.report()))
            for _ in range(steps):
                self.take_offer(self.case(nth), "engineer", FORWARD, form)

    @precondition(lambda self: len(self.cases) < MOST_CASES)
    @rule(name=people, key=st.sampled_from(["", "same"]))
    def report(self, name: str, key: str) -> None:
        before = self.do(ledger.everything(self.desk.db))
        try:
            case = self.do(self.desk.report(self.people[name], key=key or None))
        except ActorUnknown:
            assert name in ("leaver", "nobody")
            assert self.do(ledger.changed(self.desk.db, before)) == set()
            return
        except KeyReused:
            assert key
            assert self.do(ledger.changed(self.desk.db, before)) == set()
            return
        if not case.repeated:
            self.cases.append(case)

    @precondition(lambda self: len(self.cases) < MOST_CASES)
    @rule()
    def report_without_account(self) -> None:
        case = self.do(self.desk.report_without_account(email="nurse@hospital.example"))
        assert case.participant_id is not None
        self.cases.append(case)
        self.links.append(case.participant_id)

    @rule(nth=cases, name=anybody, action=actions, form=good_forms)
    def act(self, nth: int, name: str, action: str, form: dict[str, Any]) -> None:
        """Somebody fills in the form rightly: it is done exactly when it was offered."""
        case, actor = self.case(nth), self.actor(name)
        offered = action in self.do(self.offers(case, actor))
        done = self.ask(Request(case, action, actor, self.filled(action, form), self.desk.new_key()))
        if isinstance(done, Outcome):
            assert offered or action in ELSEWHERE
            assert done.version == case.version + 1
        elif offered:
            assert isinstance(done, FormInvalid)
            assert set(done.fields) == {"technician"}
            assert form.get("technician") not in ("engineer", "second_engineer")

    @rule(nth=cases, first=st.sampled_from(STAFF), form=good_forms)
    def get_on(self, nth: int, first: str, form: dict[str, Any]) -> None:
        """Somebody takes what they were shown to bring the case on, and that is done."""
        self.take_offer(self.case(nth), first, FORWARD, form)

    @rule(nth=cases, first=st.sampled_from(STAFF), wanted=actions, form=good_forms)
    def take_any_offer(self, nth: int, first: str, wanted: str, form: dict[str, Any]) -> None:
        self.take_offer(self.case(nth), first, [wanted], form)

    def take_offer(self, case: Outcome, first: str, wanted: list[str], form: dict[str, Any]) -> None:
        """The first of the staff, beginning at `first`, who has one of these actions takes it."""
        place = STAFF.index(first)
        for name in (*STAFF[place:], *STAFF[:place]):
            offered = [a for a in self.do(self.offers(case, self.actor(name))) if a in wanted]
            if offered:
                data = self.filled(offered[0], {**form, "technician": "engineer"})
                done = self.ask(Request(case, offered[0], self.actor(name), data, self.desk.new_key()))
                assert isinstance(done, Outcome), done
                return

    @rule(nth=cases, name=anybody, action=actions, form=bad_forms)
    def act_wrongly(self, nth: int, name: str, action: str, form: dict[str, Any]) -> None:
        """Whatever is sent, the answer is a step or a typed refusal."""
        self.ask(Request(self.case(nth), action, self.actor(name), form, self.desk.new_key()))

    @precondition(lambda self: self.accepted)
    @rule(place=earlier)
    def press_again(self, place: int) -> None:
        """The same request once more: the first answer, and nothing else."""
        request, first = self.accepted[place % len(self.accepted)]
        before = self.do(ledger.everything(self.desk.db))
        assert self.do(self.send(request)) == replace(first, repeated=True)
        assert self.do(ledger.changed(self.desk.db, before)) == set()

    @precondition(lambda self: self.accepted)
    @rule(place=earlier, name=people, action=actions)
    def use_key_of_another(self, place: int, name: str, action: str) -> None:
        request, _ = self.accepted[place % len(self.accepted)]
        actor = self.actor(name)
        assume((actor, action) != (request.actor, request.action))
        refused = self.ask(replace(request, actor=actor, action=action))
        assert isinstance(refused, KeyReused)

    @precondition(lambda self: self.accepted)
    @rule(place=earlier, name=people, action=actions, form=good_forms)
    def act_on_an_old_page(self, place: int, name: str, action: str, form: dict[str, Any]) -> None:
        """What was seen before the state was entered anew is stale, whoever acts."""
        seen = self.accepted[place % len(self.accepted)][0].case
        entered = self.do(
            self.desk.value("SELECT entered_version FROM work_case WHERE id = $1", seen.case_id)
        )
        assume(seen.version < entered)
        request = Request(seen, action, self.actor(name), self.filled(action, form), self.desk.new_key())
        assert isinstance(self.ask(request), Stale | ActorUnknown)

    @rule(nth=cases, names=st.lists(people, min_size=2, max_size=3), action=actions, form=good_forms)
    def press_at_once(self, nth: int, names: list[str], action: str, form: dict[str, Any]) -> None:
        """Several at once, who all saw the same: every answer is a step of its own or a typed refusal."""
        case = self.case(nth)
        action = next(iter(self.do(self.offers(case, self.actor(names[0])))), action)
        data = self.filled(action, {**form, "technician": "engineer"})
        requests = [Request(case, action, self.actor(name), data, self.desk.new_key()) for name in names]
        answers = self.do(self.send_at_once(requests))
        for request, answer in zip(requests, answers, strict=True):
            assert isinstance(answer, Outcome | WorkflowError), answer
            if isinstance(answer, Outcome):
                self.remember(request, answer)
        self.refresh(case.case_id)

    @rule(delay=delays)
    def let_time_pass(self, delay: timedelta) -> None:
        self.desk.real.forward(delay)
        self.do(self.desk.deadlines.run_due())
        self.refresh_all()

    @rule(delay=delays)
    def move_the_clock(self, delay: timedelta) -> None:
        self.do(self.desk.move_clock(delay))
        self.refresh_all()

    @invariant()
    def history_is_whole(self) -> None:
        self.do(ledger.histories_follow_the_table(self.desk.db, REPAIR))
        self.do(ledger.timers_and_messages_belong_to_steps(self.desk.db))
        self.do(ledger.nobody_decides_on_their_own(self.desk.db))

    @invariant()
    def every_accepted_request_is_one_step(self) -> None:
        """No double effect, nothing lost: people's steps are the accepted requests."""
        steps = self.do(
            self.desk.db.fetch(
                "SELECT case_id, version, action FROM step WHERE door <> 'system' AND version > 1"
            )
        )
        done = [(answer.case_id, answer.version, request.action) for request, answer in self.accepted]
        assert sorted(tuple(step) for step in steps) == sorted(done)

    @invariant()
    def whoever_has_it_on_the_list_can_do_something(self) -> None:
        """One of the staff after each step, in turn: all of them together take most of the time."""
        viewer = self.do(self.desk.viewer(self.people[next(self.in_turn)]))
        for line in self.do(self.desk.cases.todo(viewer)):
            view = self.do(self.desk.cases.view(viewer, line.number))
            assert [o.action for o in view.offers if o.action != A.REMARK], (viewer.name, line)


@pytest.fixture
def story(postgres_url: str, template_url: str, database_names: Iterator[str]) -> type[Story]:
    """The story on a fresh, migrated database for each example."""
    template = urlsplit(template_url).path.lstrip("/")

    @asynccontextmanager
    async def make() -> AsyncIterator[str]:
        name = next(database_names)
        server = await asyncpg.connect(postgres_url)
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield as_login(postgres_url.replace("///yishe?", f"///{name}?"))
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await server.close()

    class OnThisServer(Story):
        new_database = staticmethod(make)
        done: ClassVar[set[str]] = set()

    return OnThisServer


@pytest.mark.timeout(600)  # seconds when it holds; the rest is for finding the shortest way to a failure
def test_no_illegal_state_no_lost_history_no_double_effect(story: type[Story]) -> None:
    run_state_machine_as_test(story, settings=SHORT)
    assert set(FORWARD) <= story.done, "no example came far enough to prove much"


@pytest.mark.soak
def test_the_same_for_a_long_time(story: type[Story]) -> None:
    run_state_machine_as_test(story, settings=LONG)
