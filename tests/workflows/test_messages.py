"""Every kind of message of every workflow, in every language, takes every channel's form."""

import pytest

from bot.catalogues import Catalogues
from notifier.channel import Account, Content
from notifier.providers.aliyun_sms.account import SmsSettings
from notifier.providers.aliyun_sms.compose import freeze
from notifier.providers.email.channel import EmailChannel
from notifier.providers.wecom.cards import message_for
from notifier.rendering import Renderer
from storage.links import Links
from storage.outbox import Claimed
from tests.support.clocks import FixedClock
from tests.support.sms import sms_settings
from tests.support.tables import NOON, bare_facts
from workflows.definition import Workflow
from workflows.registry import Registry, all_workflows

MAIL_SETTINGS = {
    "host": "mx.example",
    "port": 25,
    "tls": "none",
    "sender_address": "device@hospital.example",
    "message_id_domain": "yishe.example",
}
MOST_SMS_PARTS = 2
MAIL = Account(1, MAIL_SETTINGS, {})


@pytest.fixture(scope="module")
def texts() -> Catalogues:
    return Catalogues.load()


KINDS = [(workflow, kind.name) for workflow in all_workflows() for kind in workflow.kinds]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("workflow", "name"), KINDS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_message_renders_for_every_channel(
    workflow: Workflow, name: str, language: str, texts: Catalogues
) -> None:
    content = _rendered(workflow, name, language, texts)
    card = message_for(content, has_callback=True)
    mail = EmailChannel(FixedClock()).compose(content, "reader@hospital.example", MAIL)
    sms = freeze(content, SmsSettings.model_validate(sms_settings()))
    assert content.title
    assert content.summary
    words = (
        content.title,
        content.summary,
        content.short,
        content.footer,
        content.fields,
        mail["text"],
        sms.text,
    )
    assert "{" not in f"{words}"
    assert card["msgtype"] == "template_card"
    assert sms.segments <= MOST_SMS_PARTS


def _rendered(workflow: Workflow, name: str, language: str, texts: Catalogues) -> Content:
    renderer = Renderer(
        Registry([workflow]).vocabulary(), texts, Links(b"k" * 32), "https://yishe.hospital.example"
    )
    message = Claimed(
        id=1,
        created_at=NOON,
        case_id=1,
        number="WX2026-000001",
        workflow=workflow.name,
        case_version=1,
        kind=name,
        person_id=1,
        participant_id=None,
        variables=workflow.variables(bare_facts(workflow)),
        valid_while=None,
        attempts=1,
        entered_version=1,
        path="1.",
        language=language,
        email=None,
    )
    return renderer.content(message, "m-1", "Yishe")
