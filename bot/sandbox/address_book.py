"""The address book's part of the WeCom API: departments, their members, and ids page by page.

What an app may see is its `address_book`: names of the departments that it `sees`, ids alone as the secret of the
synchronisation since August 2022 (document 96079), or nothing. Rules: documents 95350, 90200, 96067.
"""

import json

from aiohttp import web

from bot.sandbox.config import Member
from bot.sandbox.errors import BAD_PARAMETER, NO_RIGHT, NOT_VISIBLE, WeComError
from bot.sandbox.sending import Answer
from bot.sandbox.world import AppState

MOST_A_PAGE = 10_000


def departments(state: AppState) -> Answer:
    """department/simplelist: ids, without names."""
    _check_right(state, "names")
    rows = [{"id": number, "parentid": 0, "order": number} for number in _visible(state)]
    return {"errcode": 0, "errmsg": "ok", "department_id": rows}


def members(state: AppState, request: web.Request) -> Answer:
    """user/simplelist: members of one department."""
    _check_right(state, "names")
    asked = request.query.get("department_id", "")
    if not asked.isdecimal():
        raise WeComError(BAD_PARAMETER, "department_id")
    if int(asked) not in _visible(state):
        raise WeComError(NOT_VISIBLE)
    rows = [_row(member) for member in state.corp.members if int(asked) in member.departments]
    return {"errcode": 0, "errmsg": "ok", "userlist": rows}


async def ids(state: AppState, request: web.Request) -> Answer:
    """user/list_id: who is in which department, a page at a time."""
    _check_right(state, "ids")
    asked = json.loads(await request.read() or b"{}")
    limit, cursor = asked.get("limit", 1000), asked.get("cursor") or "0"
    if not isinstance(limit, int) or not 1 <= limit <= MOST_A_PAGE or not str(cursor).isdecimal():
        raise WeComError(BAD_PARAMETER, "limit or cursor")
    rows = [(m.userid, number) for m in state.corp.members for number in m.departments]
    page = min(limit, state.app.page_of_ids)
    shown, end = rows[int(cursor) : int(cursor) + page], int(cursor) + page
    return {
        "errcode": 0,
        "errmsg": "ok",
        "next_cursor": str(end) if end < len(rows) else "",
        "dept_user": [{"userid": userid, "department": number} for userid, number in shown],
    }


def _check_right(state: AppState, wanted: str) -> None:
    if state.app.address_book != wanted:
        raise WeComError(NO_RIGHT)


def _visible(state: AppState) -> list[int]:
    there = {number for member in state.corp.members for number in member.departments}
    return sorted(there if state.app.sees is None else there.intersection(state.app.sees))


def _row(member: Member) -> dict[str, object]:
    return {"userid": member.userid, "name": member.name, "department": member.departments}
