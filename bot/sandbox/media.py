"""Temporary media: uploaded by an app, good for three days, named by its cards.

Rules: developer.work.weixin.qq.com/document/path/90253.
"""

from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.cards import Card
from bot.sandbox.errors import BAD_FILE_SIZE, BAD_FILE_TYPE, BAD_MEDIA, BAD_PARAMETER, WeComError
from bot.sandbox.world import AppState, World

KEPT_S = 3 * 86_400.0
MOST_BYTES = {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20, "file": 20 * 2**20}
LEAST_BYTES = 5
ATTACHMENT = 2


async def upload(world: World, state: AppState, request: web.Request) -> dict[str, Any]:
    """Play media/upload and return its answer; raises `WeComError`."""
    kind = request.query.get("type", "")
    if kind not in MOST_BYTES:
        raise WeComError(BAD_FILE_TYPE, kind)
    content = await _content(request)
    if not LEAST_BYTES < len(content) <= MOST_BYTES[kind]:
        raise WeComError(BAD_FILE_SIZE, f"{len(content)} bytes")
    word = world.word(64)
    state.media[word] = world.monotonic() + KEPT_S
    state.uploads += 1
    return {
        "errcode": 0,
        "errmsg": "ok",
        "type": kind,
        "media_id": word,
        "created_at": str(int(world.now().timestamp())),
    }


def check_media(world: World, state: AppState, card: Card) -> None:
    """Every attachment of a card was uploaded by this app, and is still there; raises `WeComError`."""
    for item in card.horizontal_content_list:
        if item.type == ATTACHMENT and (state.media.get(item.media_id) or 0.0) <= world.monotonic():
            raise WeComError(BAD_MEDIA, "media_id")


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        raise WeComError(BAD_PARAMETER, "multipart")
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media" and part.filename:
            return bytes(await part.read())
    raise WeComError(BAD_PARAMETER, "media")
