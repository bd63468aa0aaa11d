"""`yishe new-administrator`: the first administrator of an empty installation, or a password link for somebody."""

import argparse
import sys

from bot.databases import databases
from bot.settings import Settings
from storage import business_time
from storage.beginnings import First
from storage.clock import BusinessClock, RealClock
from storage.database import Database
from storage.migrate import migrate
from workflows.administration import beginnings
from workflows.administration.office import Office
from workflows.administration.passwords import LINK_HOLDS, Issued
from workflows.calendar import Calendar, working_days
from workflows.engine import Clocks
from workflows.errors import WorkflowError
from workflows.identity.roles import Role

HOURS = LINK_HOLDS.total_seconds() / 3600


async def begin(settings: Settings, options: argparse.Namespace) -> int:
    """Make the administrator or the link, and print the link; 1 with the reason when it cannot be done."""
    if not options.username_of and not (options.organisation and options.name):
        sys.stderr.write("yishe new-administrator: needs --organisation and --name, or --for a user name\n")
        return 1
    async with databases(settings) as addresses:
        await migrate(addresses.owner)
        async with Database.open(addresses.service, max_size=2) as db:
            try:
                issued = await _issue(await _office(settings, db), options)
            except WorkflowError as error:
                sys.stderr.write(f"yishe new-administrator: {error}\n")
                return 1
    sys.stdout.write(
        f"{settings.origin}/p/{issued.token}\nOpen this once, within {HOURS:.0f} hours, to set the password.\n"
    )
    return 0


async def _issue(office: Office, options: argparse.Namespace) -> Issued:
    if options.username_of:
        return await beginnings.link_for(office, options.username_of)
    first = First(
        options.kind, options.organisation, options.name, options.username, Role.ADMINISTRATOR.value
    )
    return await beginnings.begin(office, first)


async def _office(settings: Settings, db: Database) -> Office:
    real = RealClock()
    business = BusinessClock(real)
    await business_time.current(db, business)
    days = await working_days(db, settings.calendar_published_through)
    return Office(db, Clocks(business, real, Calendar(days)))
