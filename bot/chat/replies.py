"""The words of chat. Pure: everything they speak of is handed in."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot.chat.answers import Line, Link, Pages, Reply
from notifier.trim import fit_columns, one_line
from storage.access.cases import CaseLine
from storage.access.devices import DeviceRecord
from storage.clock import SHANGHAI
from storage.texts import N_, Gettext
from workflows.definition import Workflow
from workflows.errors import FormInvalid, WorkflowError

# More than a phone shows at once helps nobody; the page has them all.
MOST_CASES = 5
DEVICE_ZI, TITLE_ZI, WORDS_ZI = 14, 20, 40

HELP = N_(
    "todo: what is waiting for you\n"
    "device <number>: a device and its open cases\n"
    "report <number> <what is wrong>: report a fault\n"
    "help: this text"
)
GREETING = N_("Hello {name}, this is the equipment service. You can write:")
NOT_UNDERSTOOD = N_("I did not understand this. Write: todo, device, report or help.")
NOTHING_TO_DO = N_("Nothing is waiting for you.")
TO_DO = N_("To do: {count}")
OVERDUE = N_("overdue")
DUE = N_("until {time}")
RETIRED = N_("{device} {number} is retired, so nothing can be reported for it.")
NO_DEVICE = N_(
    "I cannot find a device “{number}” in your area. Please check the number on its label, "
    "or scan the QR code there."
)
WHICH_DEVICE = N_("Please write the number from the label, for example: device CT-0001")
ALL_DEVICES = N_("All devices")
HOW_TO_REPORT = N_(
    "To report a fault, write: report <number> <what is wrong>, for example: report CT-0001 tube overheats. "
    "Or scan the QR code on the device."
)
WHAT_IS_WRONG = N_(
    "What is wrong with {device}? Please write: report {number} <what is wrong>, or open the page:"
)
REPORT_PAGE = N_("Report a fault")
REPORTED = N_("Your report about {device} was received. You will be notified of every step.")
OPEN_CASES = N_("Open cases: {count}")
NO_OPEN_CASES = N_("No open cases.")
NOTHING_SAVED = N_("Nothing was saved.")
ALONE = N_("Others can read this chat. Please send me a direct message.")
NOT_NOW = N_(
    "This could not be completed. Please check the case before you try again; anything already saved is kept."
)

WorkflowNamed = Callable[[str], Workflow]


def refused(refusal: WorkflowError, _: Gettext, link: Link | None = None) -> Reply:
    """Why something was not done. Chat has no marked fields, so each fault of a form is said."""
    if isinstance(refusal, FormInvalid):
        faults = [_(text).format(**params) for text, params in refusal.fields.values()]
        return Reply.of(*faults, _(NOTHING_SAVED))
    return Reply.of(refusal.say(_), *([link] if link else []))


def help_text(_: Gettext) -> Reply:
    """Everything that can be written."""
    return Reply.of(*_(HELP).split("\n"))


def greeting(name: str, _: Gettext) -> Reply:
    """The first words to somebody who opens the chat."""
    return Reply.of(_(GREETING).format(name=name), *_(HELP).split("\n"))


def not_understood(_: Gettext) -> Reply:
    """Short, since it may follow a slip of the finger."""
    return Reply.of(_(NOT_UNDERSTOOD))


def alone(_: Gettext) -> Reply:
    """What is for one reader is not said before others."""
    return Reply.of(_(ALONE))


def not_now(_: Gettext) -> Reply:
    """It may have been done or not: nobody knows."""
    return Reply.of(_(NOT_NOW))


def todo(
    lines: Sequence[CaseLine], workflow: WorkflowNamed, pages: Pages, now: datetime, _: Gettext
) -> Reply:
    """The most urgent first, each with its deadline (business time)."""
    if not lines:
        return Reply.of(_(NOTHING_TO_DO))
    head = Link(_(TO_DO).format(count=len(lines)), pages.todo())
    return Reply.of(
        head,
        *(
            _case(line, workflow, pages, _, line.device_name, _due(line, now, _))
            for line in lines[:MOST_CASES]
        ),
    )


def device(
    record: DeviceRecord, cases: Sequence[CaseLine], workflow: WorkflowNamed, pages: Pages, _: Gettext
) -> Reply:
    """What it is, where it stands, what is open, and how to report a fault."""
    count = _(OPEN_CASES).format(count=len(cases)) if cases else _(NO_OPEN_CASES)
    return Reply.of(
        Link(f"{record.name} ({record.number})", pages.device(record.id)),
        _joined(
            f"{record.maker} {record.model}", record.hospital_name, record.department_name, record.location
        ),
        count,
        *(_case(line, workflow, pages, _) for line in cases[:MOST_CASES]),
        Link(_(REPORT_PAGE), _report_page(record, pages)),
    )


def no_device(number: str, _: Gettext) -> Reply:
    """The same whether it does not exist or lies outside of the reader's scope."""
    return Reply.of(_(NO_DEVICE).format(number=fit_columns(one_line(number), WORDS_ZI)))


def retired(record: DeviceRecord, _: Gettext) -> Reply:
    """Nothing is reported for what is out of use for good."""
    return Reply.of(_(RETIRED).format(device=record.name, number=record.number))


def how_to_look_up(pages: Pages, _: Gettext) -> Reply:
    """The number is missing."""
    return Reply.of(_(WHICH_DEVICE), Link(_(ALL_DEVICES), pages.devices()))


def how_to_report(record: DeviceRecord | None, pages: Pages, _: Gettext) -> Reply:
    """What is missing: the device, or what is wrong with it."""
    if record is None:
        return Reply.of(_(HOW_TO_REPORT), Link(_(ALL_DEVICES), pages.devices()))
    ask = _(WHAT_IS_WRONG).format(device=record.name, number=record.number)
    return Reply.of(ask, Link(_(REPORT_PAGE), _report_page(record, pages)))


def reported(record: DeviceRecord, number: str, pages: Pages, _: Gettext) -> Reply:
    """The report is a case now."""
    return Reply.of(_(REPORTED).format(device=record.name), Link(number, pages.case(number)))


def _case(line: CaseLine, workflow: WorkflowNamed, pages: Pages, _: Gettext, *more: str | None) -> Line:
    of = workflow(line.workflow)
    words = [_(of.states[line.state]), *(fit_columns(one_line(part), DEVICE_ZI) for part in more if part)]
    title = _(of.label) if of.title_stays_inside else one_line(of.title_words(line.title, _))
    words.append(fit_columns(title, TITLE_ZI))
    return Link(line.number, pages.case(line.number)), " · " + " · ".join(words)


def _due(line: CaseLine, now: datetime, _: Gettext) -> str | None:
    if line.due_at is None:
        return None
    if line.due_at <= now:
        return _(OVERDUE)
    return _(DUE).format(time=line.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))


def _report_page(record: DeviceRecord, pages: Pages) -> str:
    """The page of its label; a device whose labels were all revoked has its record only."""
    return pages.report(record.token) if record.token else pages.device(record.id)


def _joined(*parts: str) -> str:
    return " · ".join(_distinct(part.strip() for part in parts))


def _distinct(parts: Iterator[str]) -> list[str]:
    return [part for part in dict.fromkeys(parts) if part]
