"""Temporary media: a stored file goes to WeCom once in three days, whichever process sends it.

Source: developer.work.weixin.qq.com document 90253.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import structlog

from notifier.channel import SendFailed, Verdict
from notifier.providers.wecom.cards import TO_UPLOAD
from notifier.providers.wecom.client import WeComClient
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
        self, payload: Mapping[str, Any], client: WeComClient, account_id: int
    ) -> dict[str, Any]:
        """The payload as WeCom takes it. What cannot be read or is refused for good is left out, and that is logged.

        Raises SendFailed when it may work later: nothing was sent then.
        """
        card = payload.get("template_card", {})
        listed = card.get("horizontal_content_list", [])
        filled = [await self._item(item, client, account_id) for item in listed]
        kept = [item for item in filled if item is not None]
        return {**payload, "template_card": {**card, "horizontal_content_list": kept}}

    async def _item(
        self, item: Mapping[str, Any], client: WeComClient, account_id: int
    ) -> Mapping[str, Any] | None:
        name = str(item.get("media_id", ""))
        if not name.startswith(TO_UPLOAD):
            return item
        try:
            media_id = await self._id_of(name.removeprefix(TO_UPLOAD), client, account_id)
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

    async def _id_of(self, sha256: str, client: WeComClient, account_id: int) -> str:
        async def upload() -> Lent:
            content = await self._content(sha256)
            media_id = await client.upload("file", f"{sha256[:8]}.jpg", content)
            return Lent(media_id, KEPT_FOR.total_seconds())

        wanted = Wanted(account_id, f"media:{sha256[:56]}", client.digest)
        return (await self._tokens.lend(wanted, upload)).value


def names_media(payload: Mapping[str, Any]) -> bool:
    """Is anything to be uploaded before it can be sent?"""
    listed = payload.get("template_card", {}).get("horizontal_content_list", [])
    return any(str(item.get("media_id", "")).startswith(TO_UPLOAD) for item in listed)


def without_media(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The same card without its files."""
    card = payload["template_card"]
    kept = [item for item in card.get("horizontal_content_list", []) if "media_id" not in item]
    return {**payload, "template_card": {**card, "horizontal_content_list": kept}}
