"""Everybody whom a WeCom app may see.

An app of one's own sees the departments that the administrator has opened to it, with names: department/simplelist
(document 95350) and user/simplelist (document 90200). The secret of the address book's own synchronisation gets ids
alone since August 2022: user/list_id (document 96067). What is refused for want of a right is tried the other way.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from notifier.channel import SendFailed
from notifier.providers.wecom.client import WeComClient
from storage.address_book import Book, Member
from storage.identity import IdentityAway
from storage.texts import N_

NO_RIGHT = "48002"
PAGE = 10_000
MOST_PAGES = 200
UNREADABLE = N_("WeCom's answer could not be read")


class _Department(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: int


class _Listed(BaseModel):
    """One member; a synchronisation sees no name, an app of a service provider another id."""

    model_config = ConfigDict(extra="ignore")

    userid: str = Field(min_length=1, max_length=64)
    name: str = Field(default="", max_length=100)


async def read_book(client: WeComClient) -> Book:
    """The whole address book as far as the app sees it. Raises `IdentityAway` with what WeCom says."""
    try:
        try:
            return await _by_departments(client)
        except SendFailed as failure:
            if failure.code != NO_RIGHT:
                raise
        return await _by_ids(client)
    except SendFailed as failure:
        raise IdentityAway(failure.reason) from None
    except ValidationError:
        raise IdentityAway(UNREADABLE) from None


async def _by_departments(client: WeComClient) -> Book:
    answer = await client.get("/cgi-bin/department/simplelist", {})
    departments = [_Department.model_validate(row).id for row in answer.department_id]
    listed: list[Mapping[str, Any]] = []
    for department in departments:
        page = await client.get("/cgi-bin/user/simplelist", {"department_id": str(department)})
        listed += page.userlist
    return Book(_members(listed), ids_only=False)


async def _by_ids(client: WeComClient) -> Book:
    listed: list[Mapping[str, Any]] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        answer = await client.post("/cgi-bin/user/list_id", {"cursor": cursor, "limit": PAGE})
        listed += answer.dept_user
        if not answer.next_cursor or answer.next_cursor == cursor:
            return Book(_members(listed), ids_only=True)
        cursor = answer.next_cursor
    raise IdentityAway(UNREADABLE)


def _members(listed: list[Mapping[str, Any]]) -> tuple[Member, ...]:
    """Each once, whoever belongs to several departments; letters' case does not matter to WeCom."""
    found: dict[str, Member] = {}
    for row in listed:
        one = _Listed.model_validate(row)
        found.setdefault(one.userid.lower(), Member(one.userid, one.name.strip()))
    return tuple(sorted(found.values(), key=lambda member: member.user_id.lower()))
