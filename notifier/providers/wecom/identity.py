"""Who somebody is in WeCom: the pages on which they say so, and the code that they bring back.

Inside WeCom nothing is asked (scope snsapi_base); outside a code is scanned with the phone. Sources:
developer.work.weixin.qq.com documents 96441 and 96442 (inside), 98171 and 98177 (outside).
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from notifier.channel import Account, SendFailed
from notifier.channels import Accounts, as_account
from notifier.providers.wecom.account import account_of
from notifier.providers.wecom.address_book import read_book
from notifier.providers.wecom.channel import WeComChannel
from storage.address_book import Book
from storage.identity import CodeRefused, IdentityAway, NoMember
from storage.texts import N_

USED_OR_OLD = frozenset({"40029", "42022"})
SCOPE = "snsapi_base"


@dataclass(frozen=True)
class WeComIdentity:
    """Asks WeCom with the same token with which messages are sent. `channel` is the notifier's own."""

    channel: WeComChannel
    accounts: Accounts

    async def page(self, account_id: int, back: str, state: str, *, inside: bool) -> str:
        """Where the browser goes to say who it is, and from where it comes back to `back`.

        `state` has at most 128 letters and digits. Raises `IdentityAway` for an account that cannot be used.
        """
        try:
            settings = account_of(await self._account(account_id)).settings
        except SendFailed as failure:
            raise IdentityAway(failure.reason) from None
        known = {
            "appid": settings.corp_id,
            "agentid": settings.agent_id,
            "redirect_uri": back,
            "state": state,
        }
        if inside:
            asked = {**known, "response_type": "code", "scope": SCOPE}
            return f"{settings.authorize_url}?{urlencode(asked)}#wechat_redirect"
        return f"{settings.scan_url}?{urlencode({'login_type': 'CorpApp', **known})}"

    async def user_id(self, account_id: int, code: str) -> str:
        """Who brought the code. Raises `CodeRefused`, `NoMember`, `IdentityAway`, `DatabaseAway`."""
        account = await self._account(account_id)
        try:
            answer = await self.channel.client(account).get("/cgi-bin/auth/getuserinfo", {"code": code})
        except SendFailed as failure:
            if failure.code in USED_OR_OLD:
                raise CodeRefused from None
            raise IdentityAway(failure.reason) from None
        if not answer.userid:
            raise NoMember
        return answer.userid

    async def members(self, account_id: int) -> Book:
        """Everybody whom the account sees. Raises `IdentityAway`, `DatabaseAway`."""
        return await read_book(self.channel.client(await self._account(account_id)))

    async def _account(self, account_id: int) -> Account:
        opened = await self.accounts.by_id(account_id)
        if opened is None:
            raise IdentityAway(N_("The channel account cannot be used."))
        return as_account(opened)
