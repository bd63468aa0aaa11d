"""Channel accounts: what there is, what is inherited, and one of them with its tests and last errors."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from pydantic import ValidationError

from h5_pages import error_pages, trail_look
from h5_pages.admin_forms import go_to
from h5_pages.channel_forms import FORMS, KIND_LABELS, secret_fields
from h5_pages.params import OfId
from h5_pages.params_channels import Switched, TestTo
from h5_pages.views.sign_in import WECOM
from h5_pages.visit import Visit
from notifier.providers.accounts import ACCOUNT_KINDS
from notifier.template_table import has_templates
from notifier.trial import Trial
from storage.access import channel_accounts as access
from storage.access.channel_accounts import AccountRecord
from storage.rates import Rate
from storage.texts import N_
from workflows.administration.channel_accounts import FORMER, SUBJECT, SecretsLost
from workflows.errors import NotPermitted, WorkflowError
from workflows.identity.roles import Role

ADMIN = Role.ADMINISTRATOR
LIST = "/admin/channels"
SEEING_TO = N_("manage channel accounts")
TESTS = Rate(10, 600)
A_DAY = timedelta(days=1)
PASSED, FAILED = "ok", "failed"
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class SecretState:
    """Whether a secret is set and, if that is on record, since when (real time)."""

    label: str
    is_set: bool
    since: datetime | None


class NoAddress(WorkflowError):
    """A test message needs somebody to go to."""

    text = N_("Please give the address to which the test message is to go. Nothing was sent.")


async def accounts(_: web.Request, visit: Visit) -> web.StreamResponse:
    """Those of one's own, with how sending goes, and those that are inherited from above."""
    check_sees_to(visit)
    db, viewer, now = visit.services.db, visit.person, visit.services.clocks.real.now()
    return visit.page(
        "channels.html",
        lines=await access.own(db, viewer, ADMIN, now - A_DAY),
        inherited=await access.inherited(db, viewer, ADMIN),
        labels=KIND_LABELS,
        trial_of=trial_of,
        real_now=now,
    )


def check_sees_to(visit: Visit) -> None:
    """Raises `NotPermitted` for whoever administers nothing."""
    if not any(grant.role == ADMIN for grant in visit.person.grants):
        raise NotPermitted(action_text=SEEING_TO)


async def page(request: web.Request, visit: Visit) -> web.StreamResponse:
    """One account."""
    return await _page(visit, OfId.of(request).id)


async def switch(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Let it be used, or not any more."""
    number, wanted = OfId.of(request).id, Switched.model_validate(visit.typed.fields)
    try:
        await visit.services.channels.switch(visit.by, number, wanted.seen_version, on=wanted.on)
    except WorkflowError as error:
        return await _page(visit, number, error)
    return go_to(f"{LIST}/{number}")


async def test(request: web.Request, visit: Visit) -> web.StreamResponse:
    """Send a test message at once and tell how it ended; what the provider says is kept."""
    number = OfId.of(request).id
    record = await access.record(visit.services.db, visit.person, ADMIN, number)
    try:
        address = TestTo.model_validate(visit.typed.fields).address if _addressed(record.kind) else ""
    except ValidationError:
        return await _page(visit, number, NoAddress())
    await visit.site.window.count(TESTS, f"channel test {record.id}")
    trial = await visit.services.trials.send(record.kind, record.id, address, visit.language, visit.gettext)
    await visit.services.channels.tested(visit.by, record.id, _kept(trial))
    return go_to(f"{LIST}/{number}#test")


def _addressed(kind: str) -> bool:
    known = ACCOUNT_KINDS.get(kind)
    return known is None or known.addressed


def trial_of(result: str) -> Trial | None:
    """How the last test ended, from what was kept of it."""
    if not result:
        return None
    ended, code, reason, detail = (result.split(SEPARATOR) + [""] * 4)[:4]
    return Trial(ended == PASSED, code, reason, detail)


def _kept(trial: Trial) -> str:
    ended = PASSED if trial.passed else FAILED
    return SEPARATOR.join((ended, trial.code, trial.reason, trial.detail.replace(SEPARATOR, " ")))


async def _page(visit: Visit, number: int, error: WorkflowError | None = None) -> web.Response:
    db, viewer = visit.services.db, visit.person
    record = await access.record(db, viewer, ADMIN, number)
    try:
        names = await visit.services.channels.secret_names(visit.by, number)
    except SecretsLost as lost:
        names, error = frozenset(), error or lost
    own = await access.own_address(db, viewer, ADMIN, number)
    return visit.page(
        "channel.html",
        error_pages.status_of(error) if error and not isinstance(error, SecretsLost) else 200,
        record=record,
        kind=KIND_LABELS[record.kind],
        callback=_callback(visit, record),
        sign_in=_sign_in(visit, record),
        secrets=await _secrets(visit, record, names),
        has_former=bool(names & FORMER),
        has_templates=has_templates(record.kind),
        addressed=_addressed(record.kind),
        address=visit.typed.text("address") or own,
        trial=trial_of(record.test_result),
        errors=await access.errors(db, viewer, ADMIN, number),
        history=await trail_look.history(visit, SUBJECT, number),
        real_now=visit.services.clocks.real.now(),
        error=error,
    )


async def _secrets(visit: Visit, record: AccountRecord, names: frozenset[str]) -> list[SecretState]:
    since = await access.secrets_set_on(visit.services.db, visit.person, ADMIN, record.id)
    fields = FORMS[record.kind].model_fields
    return [
        SecretState(visit.gettext(fields[name].title or name), name in names, since.get(name))
        for name in fields
        if name in secret_fields(record.kind)
    ]


def _callback(visit: Visit, record: AccountRecord) -> str:
    path = ACCOUNT_KINDS[record.kind].callback
    return visit.services.settings.public_url.rstrip("/") + path.format(key=record.public_key) if path else ""


def _sign_in(visit: Visit, record: AccountRecord) -> str:
    """Where the account's own people sign in, without a search for it."""
    if record.kind != WECOM or not record.active:
        return ""
    return f"{visit.services.settings.public_url.rstrip('/')}/sign-in/wecom/{record.public_key}"
