"""Temporary media: a stored file goes to WeCom once in three days, whichever process sends it.

Source: developer.work.weixin.qq.com document 90253.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol

import structlog

from notifier.channel import SendFailed, Verdict
from notifier.providers.wecom.client import WeComClient
from notifier.providers.wecom.parts import TO_UPLOAD
from storage.provider_tokens import Lent, ProviderTokens, Wanted
from storage.texts import N_

# WeCom keeps it for three days; a message that is sent in the last hour can still be opened.
KEPT_FOR = timedelta(days=3) - timedelta(hours=1)
MOST_BYTES = 20 * 1024 * 1024

log = structlog.get_logger()


class Contents(Protocol):
    """Where stored files are read."""

    async def get(self, sha256: str) -> bytes:
        """Raises OSError for one that is not there."""
        ...


class Media:
    """Uploads what a frozen payload names, and puts the ids in its place."""

    def __init__(self, files: Contents, tokens: ProviderTokens) -> None:
        self._files = files
        self._tokens = tokens

    async def filled_in(
        self,
        payload: Mapping[str, Any],
        client: WeComClient,
        account_id: int,
        *,
        forgotten: Mapping[str, Any] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """The payload as WeCom takes it. What cannot be read or is refused for good is left out, and that is logged.

        `forgotten` is the same, filled in before, with ids that WeCom does not know any more.
        Raises SendFailed when it may work later: nothing was sent then.
        """
        stale = {item["value"]: item["media_id"] for item in _listed(forgotten) if "media_id" in item}
        filled = [
            await self._item(item, client, account_id, stale.get(item["value"], ""))
            for item in _listed(payload)
        ]
        kept = [item for item in filled if item is not None]
        card = payload.get("template_card", {})
        return {**payload, "template_card": {**card, "horizontal_content_list": kept}}

    async def _item(
        self, item: Mapping[str, Any], client: WeComClient, account_id: int, stale: str
    ) -> Mapping[str, Any] | None:
        name = str(item.get("media_id", ""))
        if not name.startswith(TO_UPLOAD):
            return item
        try:
            media_id = await self._id_of(name.removeprefix(TO_UPLOAD), client, account_id, stale)
        except SendFailed as failed:
            if failed.verdict is Verdict.PERMANENT:
                log.warning("photo_not_sent", account=account_id, why=failed.code)
                return None
            failed.maybe_delivered = False
            raise
        return {**item, "media_id": media_id}

    async def _content(self, sha256: str) -> bytes:
        """Raises SendFailed (permanent) for a file that is not there any more, or is too large."""
        try:
            content = await self._files.get(sha256)
        except OSError:  # must not pass through the transaction around it, which takes it for the database's
            content = b""
        if not content or len(content) > MOST_BYTES:
            raise SendFailed(Verdict.PERMANENT, "file", N_("The file cannot be sent"))
        return content

    async def _id_of(self, sha256: str, client: WeComClient, account_id: int, stale: str) -> str:
        async def upload() -> Lent:
            content = await self._content(sha256)
            media_id = await client.upload("file", f"{sha256[:8]}.jpg", content)
            return Lent(media_id, KEPT_FOR.total_seconds())

        wanted = Wanted(account_id, f"media:{sha256[:56]}", client.digest, stale)
        return (await self._tokens.lend(wanted, upload)).value


def names_media(payload: Mapping[str, Any]) -> bool:
    """Is anything to be uploaded before it can be sent?"""
    return any(str(item.get("media_id", "")).startswith(TO_UPLOAD) for item in _listed(payload))


def without_media(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The same card without its files."""
    kept = [item for item in _listed(payload) if "media_id" not in item]
    return {**payload, "template_card": {**payload["template_card"], "horizontal_content_list": kept}}


def _listed(payload: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = payload.get("template_card", {}).get("horizontal_content_list", ())
    return found
