"""A WeCom group robot as a channel of the notifier: the recipient is the account itself, nobody in person.

The robot's key stands in the address to which messages are posted, so no address leaves this file.
A group robot does not tell a repeated message from a new one, gives no id, and changes nothing afterwards.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from notifier.channel import Accepted, Account, Content
from notifier.providers.http import TOTAL_S, Poster
from notifier.providers.unchangeable import Unchangeable
from notifier.providers.wecom.client import read_answer
from notifier.providers.wecom.errors import failure
from notifier.providers.wecom_robot.account import account_of
from notifier.providers.wecom_robot.compose import message_for

PATH = "/cgi-bin/webhook/send"
JSON = {"Content-Type": "application/json; charset=utf-8"}


class WeComRobotChannel(Unchangeable):
    """Writes into the group of an account's robot. `http` is shared and not closed here."""

    kind = "wecom_robot"

    def __init__(self, http: aiohttp.ClientSession, *, total_s: float = TOTAL_S) -> None:
        self._poster = Poster(http, total_s)

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:  # noqa: ARG002 - the group is the account
        """The body of a send. Raises SendFailed for an unusable account."""
        return message_for(content, account_of(account).settings)

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:  # noqa: ARG002
        """Raises SendFailed; too many in a minute are refused (rate), and never dropped in silence."""
        robot = account_of(account)
        key = robot.secrets.key.get_secret_value()
        body = json.dumps(dict(payload), ensure_ascii=False).encode()
        status, raw = await self._poster.post(f"{robot.settings.base_url}{PATH}?key={quote(key)}", JSON, body)
        answer = read_answer(status, raw)
        if answer.errcode:
            raise failure(answer.errcode, answer.errmsg.replace(key, "***"))
        return Accepted(answer.msgid)
