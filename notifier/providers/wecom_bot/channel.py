"""A WeCom smart robot as a channel of the notifier.

One process holds the robot's connection. Whoever sends, in that process or another, hands the message over through
the database and waits for the outcome. The robot does not tell a repeated message from a new one, and a card can be
changed in answer to a press alone.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from notifier.channel import Accepted, Account, Content, SendFailed, Verdict
from notifier.providers.unchangeable import Unchangeable
from notifier.providers.wecom.cards import message_for
from notifier.providers.wecom.markdown import markdown_words
from notifier.providers.wecom_bot.account import account_of, checked_chat
from storage import bot_errands
from storage.bot_errands import Outcome
from storage.clock import Clock
from storage.database import Database
from storage.texts import N_

WAIT_S = 20.0
# A connected robot answers within a few looks; while none is, many wait, and should not wear the database out.
LOOK_FIRST_S, LOOK_MOST_S, LOOK_LATER = 0.03, 0.5, 1.3
NOT_CONNECTED = N_("The robot is not connected at present")
NO_OUTCOME = N_("WeCom did not answer in time")
ONLY_AS_ANSWER = N_("A smart robot's card can only be updated in response to a button press")
MARKDOWN_BYTES = 4096

Message = dict[str, Any]


class WeComBotChannel(Unchangeable):
    """Writes to members and groups by an account's robot. `db` None: for composing alone."""

    kind = "wecom_bot"

    def __init__(self, db: Database | None, clock: Clock, *, wait_s: float = WAIT_S) -> None:
        self._db = db
        self._clock = clock
        self._wait_s = wait_s

    def compose(self, content: Content, address: str, account: Account) -> Message:
        """The body of a message: a card that can answer by the same connection, else markdown. Raises SendFailed."""
        account_of(account)
        checked_chat(address)
        message = message_for(content, has_callback=True)
        if message["msgtype"] == "template_card":
            return message
        return {"msgtype": "markdown", "markdown": {"content": markdown_words(content, MARKDOWN_BYTES)}}

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """WeCom gives no id. Raises SendFailed, `DatabaseAway`."""
        account_of(account)
        if self._db is None:
            raise SendFailed(Verdict.TEMPORARY, "not-connected", NOT_CONNECTED)
        body = {"chatid": checked_chat(address), **payload}
        _judge(await self._errand(self._db, account.id, body))
        return Accepted("")

    async def _errand(self, db: Database, account_id: int, body: Mapping[str, Any]) -> Outcome:
        now = self._clock.now()
        until = now + timedelta(seconds=self._wait_s)
        errand = await bot_errands.hand_over(db, account_id, body, now, until)
        pause, ends = LOOK_FIRST_S, asyncio.get_running_loop().time() + self._wait_s
        while asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(pause)
            outcome = await bot_errands.outcome(db, errand)
            if outcome is not None:
                return outcome
            pause = min(pause * LOOK_LATER, LOOK_MOST_S)
        back = await bot_errands.take_back(db, errand)
        if back.outcome is not None:
            return back.outcome
        if back.unsent:
            raise SendFailed(Verdict.TEMPORARY, "not-connected", NOT_CONNECTED)
        raise SendFailed(Verdict.TEMPORARY, "no-answer", NO_OUTCOME, maybe_delivered=True)


def outcome_of(failure: SendFailed | None) -> Outcome:
    """How a message ended, as it is told to whoever handed it over."""
    if failure is None:
        return {"ok": True}
    return {
        "ok": False,
        "verdict": failure.verdict,
        "code": failure.code,
        "reason": failure.reason,
        "detail": failure.detail,
        "retry_after_s": failure.retry_after_s,
        "maybe_delivered": failure.maybe_delivered,
        "seen_before": failure.seen_before,
    }


def _judge(outcome: Outcome) -> None:
    if outcome["ok"]:
        return
    told = {name: value for name, value in outcome.items() if name not in ("ok", "verdict", "code", "reason")}
    raise SendFailed(Verdict(outcome["verdict"]), outcome["code"], outcome["reason"], **told)
