"""What the sandbox must play so that it agrees with the seeded database.

Plain JSON values: the sandbox is a program of its own and checks them at its door.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.demo.channels import (
    EMAIL,
    HEARD,
    HEARD_TEXT,
    HOOK,
    HOOK_NAME,
    ROBOT,
    SMS,
    STANDBY_SMS,
    TELEGRAM,
    VOICE,
    WECOM,
)
from bot.demo.people import TELEGRAM_IDS
from bot.demo.story import VISITOR_MAIL, VISITOR_NAME
from storage.channel_accounts import OpenedAccount, StoredChannelAccounts
from storage.database import Database
from storage.sealing import Sealer

CONTACTS = """
SELECT cp.account_id, a.kind, cp.address, p.id AS person_id, p.username, p.name, p.title, o.name AS organisation
  FROM contact_point cp JOIN channel_account a ON a.id = cp.account_id AND a.active
  JOIN person p ON p.id = cp.person_id AND p.active JOIN organisation o ON o.id = p.organisation_id
 ORDER BY p.id, cp.rank
"""

Json = dict[str, Any]


async def sandbox_config(db: Database, sealer: Sealer, callback_origin: str) -> Json:
    """Corporations, bots, mailboxes, SMS accounts and phones; callbacks go to `callback_origin` (`http://127.0.0.1:8000`).

    Raises `DatabaseAway`, and `SealBroken` when the accounts were sealed with another master key.
    """
    accounts = await _accounts(db, sealer, WECOM)
    sms, standby = await _accounts(db, sealer, SMS), await _accounts(db, sealer, STANDBY_SMS)
    voice = await _accounts(db, sealer, VOICE)
    bots = await _accounts(db, sealer, TELEGRAM)
    robots = [_robot(account) for account in (await _accounts(db, sealer, ROBOT)).values()]
    hooks = (await _accounts(db, sealer, HOOK)).values()
    people: dict[int, Json] = {}
    members: dict[int, list[Json]] = defaultdict(list)
    mailboxes = [{"address": VISITOR_MAIL, "name": VISITOR_NAME}]
    for row in await db.fetch(CONTACTS):
        title = f"{row['title']} · {row['organisation']}"
        phone = people.setdefault(row["person_id"], {"name": row["name"], "title": title})
        if row["username"] in TELEGRAM_IDS:
            phone["telegram"] = TELEGRAM_IDS[row["username"]]
        if row["kind"] == EMAIL:
            mailboxes.append({"address": row["address"], "name": row["name"]})
            phone["mail"] = row["address"]
        elif row["kind"] in (SMS, VOICE):
            phone["number"] = row["address"]
        elif row["kind"] == WECOM:
            members[row["account_id"]].append({"userid": row["address"], "name": row["name"]})
            phone |= {"userid": row["address"], "corpid": accounts[row["account_id"]].settings["corp_id"]}
    visitor = {"name": VISITOR_NAME, "mail": VISITOR_MAIL}
    corps = [_corp(a, members[a.id], callback_origin) for a in accounts.values()]
    return {
        "corps": corps,
        "mailboxes": mailboxes,
        "people": [*people.values(), visitor, *_ears(robots, hooks)],
        "robots": robots,
        "hooks": [{"name": HOOK_NAME, "secrets": [hook.secrets["signing_secret"]]} for hook in hooks],
        "telegram_bots": [_bot(account, callback_origin) for account in bots.values()],
        "telegram_users": [
            {"id": phone["telegram"], "name": phone["name"]}
            for phone in people.values()
            if "telegram" in phone
        ],
        "sms_accounts": [_sms_account(account, callback_origin) for account in sms.values()],
        "tencent_sms_apps": [_tencent_app(account, callback_origin) for account in standby.values()],
        "voice_accounts": [_voice_account(account, callback_origin) for account in voice.values()],
    }


def _ears(robots: Iterable[Json], hooks: Iterable[OpenedAccount]) -> list[Json]:
    """Groups and other systems, which stand beside the phones."""
    groups = [{"name": robot["name"], "robot": robot["name"]} for robot in robots]
    return [*groups, *({"name": hook.name, "hook": HOOK_NAME} for hook in hooks)]


async def _accounts(db: Database, sealer: Sealer, kind: str) -> Mapping[int, OpenedAccount]:
    stored = StoredChannelAccounts(db, sealer)
    rows = await db.fetch(
        "SELECT public_key FROM channel_account WHERE kind = $1 AND active ORDER BY id", kind
    )
    opened = [await stored.by_public_key(kind, row["public_key"]) for row in rows]
    return {account.id: account for account in opened if account}


def _corp(account: OpenedAccount, members: list[Json], callback_origin: str) -> Json:
    return {
        "corpid": account.settings["corp_id"],
        "name": account.name,
        "apps": [
            {
                "agentid": account.settings["agent_id"],
                "secret": account.secrets["secret"],
                "token": account.secrets["callback_token"],
                "encoding_aes_key": account.secrets["encoding_aes_key"],
                "name": "医设",
                "callback_url": f"{callback_origin}/wecom/{account.public_key}",
                "redirect_domain": urlsplit(callback_origin).netloc,
            }
        ],
        "members": members,
    }


def _robot(account: OpenedAccount) -> Json:
    return {"key": account.secrets["key"], "name": account.name}


def _bot(account: OpenedAccount, callback_origin: str) -> Json:
    return {
        "token": account.secrets["token"],
        "username": account.settings["bot_username"],
        "name": "医设",
        "webhook_url": f"{callback_origin}/telegram/{account.public_key}",
        "secret_token": account.secrets["webhook_secret"],
    }


def _sms_account(account: OpenedAccount, callback_origin: str) -> Json:
    """As the vendor knows it: approved wordings by code, and where reports go."""
    templates = account.settings["templates"].values()
    token = account.secrets["report_token"]
    url = f"{callback_origin}/webhooks/aliyun-sms/{account.public_key}/{token}"
    return {
        "access_key_id": account.settings["access_key_id"],
        "access_key_secret": account.secrets["access_key_secret"],
        "signs": [account.settings["sign_name"]],
        "templates": {
            template["code"]: {
                "text": template["text"],
                "lengths": {name: variable["length"] for name, variable in template["variables"].items()},
            }
            for template in templates
        },
        "report_url": url,
        "reply_url": url,
    }


def _tencent_app(account: OpenedAccount, callback_origin: str) -> Json:
    """As the vendor knows it."""
    templates, token = account.settings["templates"].values(), account.secrets["report_token"]
    url = f"{callback_origin}/webhooks/tencent-sms/{account.public_key}/{token}"
    return {
        "secret_id": account.settings["secret_id"],
        "secret_key": account.secrets["secret_key"],
        "sdk_app_id": account.settings["sdk_app_id"],
        "signs": [account.settings["sign_name"]],
        "templates": {template["code"]: {"text": template["text"]} for template in templates},
        "report_url": url,
        "reply_url": url,
    }


def _voice_account(account: OpenedAccount, callback_origin: str) -> Json:
    """As the vendor knows it: approved texts by code, the number that was bought, and where reports go."""
    texts = {template["code"]: template["text"] for template in account.settings["templates"].values()}
    token = account.secrets["report_token"]
    return {
        "access_key_id": account.settings["access_key_id"],
        "access_key_secret": account.secrets["access_key_secret"],
        "caller_numbers": [account.settings["caller_number"]],
        "templates": texts | {HEARD: HEARD_TEXT},
        "report_url": f"{callback_origin}/webhooks/aliyun-voice/{account.public_key}/{token}",
    }
