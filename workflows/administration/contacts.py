"""Writes the ways to a person: added, changed, put in order, ended. Each with its audit row."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from storage import contact_points
from storage.access import NotVisible
from storage.contact_points import AccountChoice, WayRow
from storage.numbers import mobile
from storage.person_writer import PersonRow
from storage.texts import N_
from workflows.administration.in_charge import administered, check_all_theirs
from workflows.administration.office import By, Change, Desk, Office
from workflows.definition import Form
from workflows.errors import FormInvalid
from workflows.forms import fill_in

LONGEST = 200


class Channel(StrEnum):
    """A kind of account at which administrators enter addresses. Chats of Telegram are linked by their owners alone."""

    WECOM = "wecom"
    WECOM_BOT = "wecom_bot"
    MAIL = "email"
    SMS = "sms"
    VOICE = "voice"


# Accounts of several kinds may speak by one channel: people have a mobile number, whoever's network it is sent by.
CHANNEL_OF: dict[str, Channel] = {"tencent_sms": Channel.SMS, "tencent_voice": Channel.VOICE}
CHANNEL_LABELS: dict[str, str] = {
    Channel.WECOM: N_("WeCom"),
    Channel.WECOM_BOT: N_("WeCom smart robot"),
    Channel.MAIL: N_("E-mail"),
    Channel.SMS: N_("SMS"),
    Channel.VOICE: N_("Call"),
}
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
NO_MOBILE = N_("A mobile number has 11 digits and begins with 13 to 19.")
# As WeCom's documents describe a userid; a mail address as servers take it; a mobile of mainland China.
USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
NO_USER_ID = N_("A WeCom userid has letters, digits and _ - @ . and at most 64 characters.")
SHAPES: dict[str, re.Pattern[str]] = {
    Channel.WECOM: USER_ID,
    Channel.WECOM_BOT: USER_ID,
    Channel.MAIL: re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"),
    Channel.SMS: MOBILE,
    Channel.VOICE: MOBILE,
}
FAULTS: dict[str, str] = {
    Channel.WECOM: NO_USER_ID,
    Channel.WECOM_BOT: NO_USER_ID,
    Channel.MAIL: N_("This is not a mail address, for example name@hospital.example."),
    Channel.SMS: NO_MOBILE,
    Channel.VOICE: NO_MOBILE,
}
NO_ACCOUNT = N_("No account of this channel serves this person's organisation. Please set one up first.")
TAKEN = N_("Somebody already uses this address. Please end it there first.")


class WayForm(Form):
    """One way to a person."""

    channel: Channel = Field(
        title=N_("Channel"), json_schema_extra={"kind": "select", "labels": dict(CHANNEL_LABELS)}
    )
    address: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)] = Field(
        title=N_("Address"), description=N_("WeCom: userid. E-mail: address. SMS and call: mobile number.")
    )


def canonical(channel: str, address: str) -> str:
    """The address as it is kept; raises `FormInvalid` for the field `address`."""
    written = address.strip()
    if SHAPES[channel] is MOBILE:
        written = mobile(written) or written
    if not SHAPES[channel].fullmatch(written):
        raise FormInvalid({"address": (FAULTS[channel], {})})
    return written


async def add(office: Office, by: By, person_id: int, data: Mapping[str, Any]) -> None:
    """A way more, tried after the others. Raises `NotVisible`, `NotPermitted`, `FormInvalid`, `DatabaseAway`."""
    form = fill_in(WayForm, data)
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        await put(desk, person, form.channel, form.address)


async def put(desk: Desk, person: PersonRow, channel: str, written: str) -> bool:
    """Add a way in an open transaction, unless it is there: was it added? Raises `FormInvalid`, `NotPermitted`."""
    address, account = canonical(channel, written), await _account(desk, person, channel)
    owner = await contact_points.occupied_by(desk.connection, account.id, address)
    if owner == person.id:
        return False
    await check_all_theirs(desk, person.id)  # whoever answers there acts as this person
    if owner is not None or await contact_points.put(desk.connection, person.id, account.id, address) is None:
        raise FormInvalid({"address": (TAKEN, {})})
    after = {"channel": channel, "account": account.name, "address": address}
    await desk.record(_change("contact.add", person, {}, after))
    return True


async def change(office: Office, by: By, person_id: int, way_id: int, data: Mapping[str, Any]) -> None:
    """Another address in the same place. Raises `NotVisible`, `NotPermitted`, `FormInvalid`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        way, others = await _way(desk, person, way_id)
        form = fill_in(WayForm, {"channel": CHANNEL_OF.get(way.kind, way.kind), **data})
        if canonical(form.channel, form.address) == way.address:
            return
        if not await put(desk, person, form.channel, form.address):
            raise FormInvalid({"address": (TAKEN, {})})
        await end_way(desk, person, way)
        new = [w.id for w in await contact_points.ways(desk.connection, person.id) if w.id not in others]
        await contact_points.put_in_order(desk.connection, _in_place(others, way_id, new[0]))


async def end(office: Office, by: By, person_id: int, way_id: int) -> None:
    """Nothing is sent there any more. Raises `NotVisible`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        way, _ = await _way(desk, person, way_id)
        await end_way(desk, person, way)


async def earlier(office: Office, by: By, person_id: int, way_id: int) -> None:
    """Try it one place earlier. Raises `NotVisible`, `DatabaseAway`."""
    async with office.writing(by) as desk:
        person = await administered(desk, person_id)
        way, order = await _way(desk, person, way_id)
        place = order.index(way_id)
        if place == 0:
            return
        order[place - 1], order[place] = order[place], order[place - 1]
        await contact_points.put_in_order(desk.connection, order)
        await desk.record(
            _change("contact.order", person, {"place": place + 1}, {"place": place, "address": way.address})
        )


async def _way(desk: Desk, person: PersonRow, way_id: int) -> tuple[WayRow, list[int]]:
    """A way of the person with the ids of all of theirs in order; raises `NotVisible`."""
    ways = await contact_points.ways(desk.connection, person.id)
    way = next((way for way in ways if way.id == way_id), None)
    if way is None:
        raise NotVisible
    return way, [each.id for each in ways]


def _in_place(order: list[int], old: int, new: int) -> list[int]:
    return [new if way == old else way for way in order]


async def end_way(desk: Desk, person: PersonRow, way: WayRow) -> None:
    """End a way in an open transaction."""
    await contact_points.end(desk.connection, way.id, desk.clocks.real.now())
    before = {"channel": way.kind, "address": way.address}
    await desk.record(_change("contact.end", person, before, {}))


async def _account(desk: Desk, person: PersonRow, channel: str) -> AccountChoice:
    found = await contact_points.accounts_for(desk.connection, person.path)
    speaking = [account for account in found if CHANNEL_OF.get(account.kind, account.kind) == channel]
    if not speaking:
        raise FormInvalid({"channel": (NO_ACCOUNT, {})})
    return max(speaking, key=lambda account: account.depth)


def _change(action: str, person: PersonRow, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    return Change(action, person.organisation_id, "person", person.id, person.name, before, after)
