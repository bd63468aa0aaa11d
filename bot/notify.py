"""`yishe notify test|why|replay`: does a channel work, which way did a message take, and dead letters once more."""

import argparse
import math
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot.catalogues import Catalogues
from bot.databases import databases
from bot.master_key import master_key
from bot.settings import Settings
from notifier.channels import Channels
from notifier.providers import build_channels, close_channels
from notifier.trial import Trials
from storage import outbox
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import SHANGHAI, BusinessClock, Clock, RealClock
from storage.database import Database
from storage.directory import Viewer
from storage.message_story import DeliveryLine, MessageStory, story
from storage.provider_tokens import ProviderTokens
from workflows.actor import Door
from workflows.administration.dead_letters import resend
from workflows.administration.office import By, Office
from workflows.calendar import Calendar, working_days
from workflows.engine import Clocks

MOST_HOURS = 10 * 366 * 24
OPERATOR = By(Viewer("operator"), Door.SYSTEM, "command line")
KEYS = "SELECT public_key FROM channel_account WHERE active ORDER BY id"
Say = Callable[[str], object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The three commands below `notify`."""
    commands = parser.add_subparsers(dest="notify", required=True, metavar="command")
    testing = commands.add_parser("test", help="send one test message, past outbox and ledger")
    testing.add_argument("account", help="public key of the channel account, as yishe check names it")
    testing.add_argument("address", help="user id, chat, number or mail address at that account")
    testing.add_argument("--language", choices=["zh_CN", "en"], default="zh_CN")
    why = commands.add_parser("why", help="the way a message took, step by step")
    why.add_argument("message", type=_message)
    replay = commands.add_parser("replay", help="send dead letters again, with all channels open")
    replay.add_argument(
        "message", type=_message, nargs="*", help="their ids; without any, those that are asked for"
    )
    replay.add_argument("--hours", type=_hours, default=24, help="all that died within so many hours (24)")
    replay.add_argument("--kind", help="only this kind, such as alarm.alarm")
    replay.add_argument("--really", action="store_true", help="else they are only listed")


def _message(text: str) -> int:
    """The id of a message, as the database can hold one."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"{text} is no message's id")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {MOST_HOURS}")
    return hours


@dataclass(frozen=True)
class House:
    """What the commands need of the service."""

    db: Database
    settings: Settings
    real: Clock
    say: Say


@asynccontextmanager
async def house(settings: Settings, say: Say) -> AsyncIterator[House]:
    """The database, open. Raises `DatabaseAway`."""
    async with databases(settings) as addresses, Database.open(addresses.service, max_size=3) as db:
        yield House(db, settings, RealClock(), say)


async def notify(settings: Settings, options: argparse.Namespace) -> int:
    """Run the command; 1 when it did not do what was asked."""
    commands = {"test": send_test, "why": tell_why, "replay": replay}
    async with house(settings, lambda line: sys.stdout.write(f"{line}\n")) as opened:
        return await commands[options.notify](opened, options)


async def send_test(at: House, options: argparse.Namespace) -> int:
    """One test message by the account of that public key, and what the provider said."""
    row = await at.db.fetchrow(
        "SELECT id, kind, name FROM channel_account WHERE public_key = $1 AND active", options.account
    )
    if row is None:
        keys = [known["public_key"] for known in await at.db.fetch(KEYS)]
        at.say(
            f"no active channel account has the public key {options.account}; there are: {', '.join(keys)}"
        )
        return 1
    gettext = Catalogues.load().gettext(options.language)
    key = master_key(at.settings)
    async with aiohttp.ClientSession() as http:
        by_kind = build_channels(http, at.real, ProviderTokens(at.db, key, at.real), at.db)
        trials = Trials(Channels(by_kind, StoredChannelAccounts(at.db, key)), at.settings.origin)
        try:
            ended = await trials.send(row["kind"], row["id"], options.address, options.language, gettext)
        finally:
            await close_channels(by_kind)
    if ended.passed:
        at.say(f"{row['name']} ({row['kind']}) took it: {ended.detail or 'no id'}")
        return 0
    at.say(
        f"{row['name']} ({row['kind']}) did not take it: {ended.code}: {ended.reason} {ended.detail}".rstrip()
    )
    return 1


async def tell_why(at: House, options: argparse.Namespace) -> int:
    """Every step of a message's way, from the ledger."""
    async with at.db.connection() as connection:
        told = await story(connection, options.message)
    if told is None:
        at.say(f"there is no message {options.message}")
        return 1
    for line in told_as_lines(told):
        at.say(line)
    return 0


async def replay(at: House, options: argparse.Namespace) -> int:
    """Send dead letters again, each on record; without `--really` only list them."""
    since = at.real.now() - timedelta(hours=options.hours)
    found = await outbox.dead(at.db, options.message or None, since, options.kind)
    office = Office(at.db, await _clocks(at))
    revived = 0
    for letter in found:
        done = options.really and await resend(office, OPERATOR, letter.id)
        revived += done
        at.say(
            f"{letter.id} {letter.kind} {letter.case_number or '-'}: {letter.reason}"
            + (" → queued" if done else "")
        )
    for number in sorted(set(options.message) - {letter.id for letter in found}):
        at.say(f"{number} is no dead letter")
    if not found and not options.message:
        at.say("no such message died in this time")
    elif found:
        at.say(
            f"{revived} of {len(found)} queued again"
            + ("" if options.really else " (only listed: add --really)")
        )
    return 0 if found else 1


async def _clocks(at: House) -> Clocks:
    days = await working_days(at.db, at.settings.calendar_published_through)
    return Clocks(BusinessClock(at.real), at.real, Calendar(days))


def told_as_lines(told: MessageStory) -> Iterator[str]:
    """Head, then everything that happened by its time, then how it stands."""
    head = told.message
    about = head.case_number or head.organisation or "-"
    stands_in = f", in place of {head.stand_in_for}" if head.stand_in_for else ""
    yield f"message {head.id}: {head.kind} ({head.severity or 'info'}) about {about}"
    yield f"  to {head.recipient or '?'}{stands_in}" + (
        f", on {head.only_channel} only" if head.only_channel else ""
    )
    for at, _, words in sorted(_happenings(told), key=lambda happening: happening[:2]):
        yield f"  {_time(at)}  {words}"
    yield f"  now: {head.state}" + _because(head.reason)
    if head.state == "queued":
        yield f"  next: {_time(head.next_at)}" + _because(head.held)
    if not head.still_true:
        yield "  the case has left the state that it speaks of"


def _happenings(told: MessageStory) -> Iterator[tuple[datetime, int, str]]:
    """When, at which delivery, and what: of what happened at one moment the earlier delivery comes first."""
    head = told.message
    yield (
        head.created_at,
        0,
        "written into the outbox with the case's step" if head.case_number else "written",
    )
    for line in told.deliveries:
        for at, words in _of_delivery(line):
            yield at, line.id, f"delivery {line.id}: {words}"
    for note in told.notes:
        where = f" [delivery {note.delivery_id}]" if note.delivery_id else ""
        by = f" by {note.account}" if note.account else ""
        words = f"{note.what}{by}{where}" + _because(" ".join(filter(None, (note.code, note.reason))))
        yield note.at, note.delivery_id or 0, words
    if head.acknowledged_at:
        yield head.acknowledged_at, 0, f"acknowledged by {head.acknowledged_way}"


def _of_delivery(line: DeliveryLine) -> Iterator[tuple[datetime, str]]:
    yield line.created_at, f"begun by {line.channel} {line.account} → {line.address}, as {line.unique_id}"
    for at, words in (
        (line.finished_at, _end(line)),
        (line.received_at, _reported(line)),
        (line.opened_at, "read"),
        (line.acted_at, f"answered: {line.acted}"),
        (line.updated_at, "the card shows the decision"),
        (line.recalled_at, "taken back at the provider"),
    ):
        if at:
            yield at, words


def _reported(line: DeliveryLine) -> str:
    when = " (time of arrival: it told none)" if line.receipt_untimed else ""
    return f"the provider reports {line.receipt or 'arrival'}{when}"


def _end(line: DeliveryLine) -> str:
    tries = "1 try" if line.tries == 1 else f"{line.tries} tries"
    counted = [f"{line.parts} parts"] if line.parts else []
    counted += [f"¥{line.cost}"] if line.cost is not None else []
    twice = ", perhaps twice" if line.maybe_twice else ""
    return f"{line.state} after {tries}{twice}" + _because(
        " ".join(filter(None, (line.error_code, line.error, *counted)))
    )


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
