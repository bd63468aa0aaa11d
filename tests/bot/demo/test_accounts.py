"""The demo's channel accounts are the ones that the sandbox plays."""

import re

import aiohttp

from bot.catalogues import Catalogues
from bot.check import LANGUAGES, preview_of
from bot.demo.sandbox_config import sandbox_config
from bot.sandbox.config import SandboxConfig
from notifier.channel import Account
from notifier.channels import as_account
from notifier.providers import build_channels
from notifier.providers.aliyun_sms.account import account_of
from notifier.providers.aliyun_voice.account import account_of as voice_of
from notifier.providers.telegram.account import account_of as telegram_of
from notifier.providers.tencent_sms.account import account_of as tencent_of
from storage.channel_accounts import StoredChannelAccounts
from storage.clock import RealClock
from tests.support.demo import ENDPOINTS, Demo
from workflows.identity.roles import Role


async def test_those_who_answer_for_it_can_be_told_by_sms_under_made_up_numbers(demo: Demo) -> None:
    numbers = await demo.column(
        "SELECT cp.address FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id WHERE a.kind = 'sms'"
    )
    silent = await demo.column(
        "SELECT p.name FROM post JOIN person p ON p.id = post.person_id WHERE post.role = ANY($1) AND NOT EXISTS ("
        "  SELECT 1 FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id "
        "   WHERE cp.person_id = p.id AND a.kind = 'sms')",
        [
            Role.EQUIPMENT_HEAD,
            Role.VICE_DIRECTOR,
            Role.LICENCE_CONTACT,
            Role.CITY_OFFICER,
        ],
    )
    assert [number for number in numbers if not re.fullmatch(r"199000000\d\d", number)] == []
    assert silent == []


async def test_every_text_fits_the_accounts_of_the_demo_in_every_language(demo: Demo) -> None:
    stored = StoredChannelAccounts(demo.db, demo.tools.sealer)
    async with aiohttp.ClientSession() as http:
        preview = preview_of(build_channels(http, RealClock()), Catalogues.load())
        faulty = [
            (opened.name, sample.kind, language)
            for account_id in await demo.column("SELECT id FROM channel_account")
            if (opened := await stored.by_id(account_id))
            for language in LANGUAGES
            for sample in preview.samples(opened.kind, as_account(opened), opened.name, language)
            if sample.fault
        ]
    assert faulty == []


async def test_sms_account_of_the_demo_agrees_with_the_one_that_the_sandbox_plays(demo: Demo) -> None:
    played = await sandbox_config(demo.db, demo.tools.sealer, "http://127.0.0.1:8000")
    (account,) = SandboxConfig.model_validate(played).sms_accounts
    stored = StoredChannelAccounts(demo.db, demo.tools.sealer)
    opened = await stored.by_public_key("sms", "demo-sms")
    assert opened is not None
    settings = account_of(Account(opened.id, opened.settings, opened.secrets)).settings
    assert {template.code for template in settings.templates.values()} == set(account.templates)
    address = f"http://127.0.0.1:8000/webhooks/aliyun-sms/demo-sms/{opened.secrets['report_token']}"
    assert account.report_url == address


async def test_standby_of_the_demo_s_sms_is_what_the_sandbox_plays_and_nobody_is_entered_at_it(
    demo: Demo,
) -> None:
    config = await sandbox_config(demo.db, demo.tools.sealer, "http://127.0.0.1:8000")
    (app,) = SandboxConfig.model_validate(config).tencent_sms_apps
    stored = StoredChannelAccounts(demo.db, demo.tools.sealer)
    opened = await stored.by_public_key("tencent_sms", "demo-sms-standby")
    assert opened is not None
    known = tencent_of(Account(opened.id, opened.settings, opened.secrets))
    assert {template.code for template in known.settings.templates.values()} == set(app.templates)
    assert known.secret.secret_key == app.secret_key
    assert await demo.column("SELECT id FROM contact_point WHERE account_id = $1", opened.id) == []


async def test_calls_of_the_demo_are_those_that_the_sandbox_takes_and_ring_the_engineers(demo: Demo) -> None:
    config = SandboxConfig.model_validate(
        await sandbox_config(demo.db, demo.tools.sealer, "http://127.0.0.1:8000")
    )
    (played,) = config.voice_accounts
    opened = await StoredChannelAccounts(demo.db, demo.tools.sealer).by_public_key("voice", "demo-voice")
    assert opened is not None
    calls = voice_of(Account(opened.id, opened.settings, opened.secrets)).settings
    said = {template.code: template.text for template in calls.templates.values()}
    assert said.items() <= played.templates.items()
    assert set(calls.menu.values()) <= set(played.templates)
    assert played.caller_numbers == [calls.caller_number]
    assert all(p.number for p in config.people if p.title.startswith("医学工程师"))


async def test_bot_of_the_demo_is_the_one_that_the_sandbox_plays_and_one_person_is_left_to_link(
    demo: Demo,
) -> None:
    config = SandboxConfig.model_validate(
        await sandbox_config(demo.db, demo.tools.sealer, "http://127.0.0.1:8000")
    )
    opened = await StoredChannelAccounts(demo.db, demo.tools.sealer).by_public_key(
        "telegram", "demo-telegram"
    )
    assert opened is not None
    bot = telegram_of(Account(opened.id, opened.settings, opened.secrets))
    (played,) = config.telegram_bots
    assert (played.token, played.secret_token) == (opened.secrets["token"], opened.secrets["webhook_secret"])
    assert (bot.callbacks is None, bot.settings.base_url) == (False, ENDPOINTS.wecom_url)
    assert played.webhook_url == "http://127.0.0.1:8000/telegram/demo-telegram"
    linked = await demo.column("SELECT address FROM contact_point WHERE account_id = $1", opened.id)
    assert len({user.id for user in config.telegram_users} - set(map(int, linked))) == 1


async def test_sandbox_takes_the_configuration_and_knows_everybody(demo: Demo) -> None:
    config = SandboxConfig.model_validate(
        await sandbox_config(demo.db, demo.tools.sealer, "http://127.0.0.1:8000")
    )
    people = await demo.column("SELECT name FROM person")
    province, hospital = config.corps
    assert [p.name for p in config.people if not (p.robot or p.hook)][:-1] == people
    assert [p.hook for p in config.people if p.hook] == [hook.name for hook in config.hooks]
    assert province.apps[0].callback_url == "http://127.0.0.1:8000/wecom/demo-province"
    assert len(hospital.members) == 13
    assert not {m.userid for m in hospital.members} & {m.userid for m in province.members}
