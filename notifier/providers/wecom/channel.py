"""WeCom app messages as a channel of the notifier."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from notifier.channel import Accepted, Account, Content, Replacement, SendFailed
from notifier.providers.wecom.account import WeComAccount, account_of, checked_user_id
from notifier.providers.wecom.cards import TEXT_BYTES, message_for
from notifier.providers.wecom.client import Answer, Shared, WeComClient
from notifier.providers.wecom.errors import NOT_A_MEMBER, UNLICENSED, failed
from notifier.providers.wecom.media import Contents, Media, names_media, without_media
from notifier.providers.wecom.replacing import replacement_for
from notifier.trim import fit_bytes
from storage.clock import Clock
from storage.provider_tokens import ProviderTokens

SEND, FORGOTTEN_FILE = "/cgi-bin/message/send", "40007"
MOST_OF_A_CODE = 300
# The longest that WeCom allows: a payload that is tried again within these hours arrives once.
DUPLICATE_CHECK_S = 4 * 3600


class WeComChannel:
    """Sends to one member at a time, with the token of the account's own app."""

    kind = "wecom"
    can_update = True
    updatable_for = timedelta(hours=72)  # so long a response code is good
    recallable_for = timedelta(hours=24)

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        tokens: ProviderTokens | None = None,
        files: Contents | None = None,
    ) -> None:
        self._http = http
        self._media = Media(files, tokens) if files and tokens else None
        self._clock = clock
        self._tokens = tokens
        self._clients: dict[int, tuple[WeComAccount, WeComClient]] = {}

    def compose(self, content: Content, address: str, account: Account) -> dict[str, Any]:
        """The body of message/send. Raises SendFailed for an unusable account or userid."""
        wecom = account_of(account)
        photos = self._media is not None and wecom.settings.send_photos
        words = wecom.settings.markdown
        message = message_for(content, wecom.has_callback, with_photos=photos, markdown=words)
        return self._body(message, address, account)

    async def say(self, text: str, address: str, account: Account) -> None:
        """A few plain words at once, as the answer to a press can carry none. Raises SendFailed.

        Who presses the same card again gets the same words again, so nothing equal is held back.
        """
        words = {"msgtype": "text", "text": {"content": fit_bytes(text, TEXT_BYTES)}}
        body = self._body(words, address, account) | {"enable_duplicate_check": 0}
        await self.send(body, address, account)

    def _body(self, message: Mapping[str, Any], address: str, account: Account) -> dict[str, Any]:
        return {
            "touser": checked_user_id(address),
            "agentid": account_of(account).settings.agent_id,
            **message,
            "safe": 0,
            # Off, so that "$userName=…$" in somebody's report stays what it is.
            "enable_id_trans": 0,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_CHECK_S,
        }

    async def send(self, payload: Mapping[str, Any], address: str, account: Account) -> Accepted:
        """`update_code` is the card's response code: one use, within 72 h. Raises SendFailed."""
        client = self.client(account)
        body = {**payload, "touser": checked_user_id(address)}
        if self._media and names_media(body):
            answer = await _sent_with_files(self._media, client, body, account.id)
        else:
            answer = await client.post(SEND, body)
        _refuse_if_named(address, answer.invaliduser, answer.unlicenseduser)
        # A code that the ledger has no room for would be of no use, and could not be noted.
        code = answer.response_code if len(answer.response_code) <= MOST_OF_A_CODE else ""
        return Accepted(answer.msgid, code or None)

    async def update(
        self, update_code: str, address: str, account: Account, replacement: Replacement
    ) -> None:
        """Replace the buttons, or the whole card. Raises SendFailed."""
        body = {
            "userids": [checked_user_id(address)],
            "agentid": account_of(account).settings.agent_id,
            "response_code": update_code,
            **replacement_for(replacement),
        }
        answer = await self.client(account).post("/cgi-bin/message/update_template_card", body)
        _refuse_if_named(address, answer.invaliduser, None)

    async def recall(self, provider_id: str, address: str, account: Account) -> None:  # noqa: ARG002 - the id says it all
        """Take back a message from the member's phone. Raises SendFailed."""
        await self.client(account).post("/cgi-bin/message/recall", {"msgid": provider_id})

    def client(self, account: Account) -> WeComClient:
        """One a account, and a new one with a new token when its secret or settings have changed."""
        wecom = account_of(account)
        known = self._clients.get(account.id)
        if known is None or known[0] != wecom:
            shared = Shared(self._tokens, account.id) if self._tokens else None
            known = (wecom, WeComClient(self._http, wecom, self._clock, shared=shared))
            self._clients[account.id] = known
        return known[1]


async def _sent_with_files(
    media: Media, client: WeComClient, body: Mapping[str, Any], account_id: int
) -> Answer:
    """Uploads anew what WeCom has forgotten before its time; at last goes without: better told so than not at all."""
    filled: Mapping[str, Any] = {}
    for _ in range(2):
        filled = await media.filled_in(body, client, account_id, forgotten=filled)
        try:
            return await client.post(SEND, filled)
        except SendFailed as failed:
            if failed.code != FORGOTTEN_FILE:
                raise
    return await client.post(SEND, without_media(body))


def _refuse_if_named(
    address: str, invalid: str | list[str] | None, unlicensed: str | list[str] | None
) -> None:
    """WeCom says "ok" for a message to nobody and names those it left out, in lower case."""
    if address.lower() in _names(invalid):
        raise failed(NOT_A_MEMBER, "invaliduser")
    if address.lower() in _names(unlicensed):
        raise failed(UNLICENSED, "unlicenseduser")


def _names(listed: str | list[str] | None) -> set[str]:
    names = listed.split("|") if isinstance(listed, str) else listed or []
    return {name.lower() for name in names}
