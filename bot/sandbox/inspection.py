"""The sandbox's memory as JSON, for tests and for the page's script."""

from dataclasses import asdict
from typing import Any

from bot.sandbox.bots_world import bots_state
from bot.sandbox.hooks import hook_state
from bot.sandbox.mails import Mail
from bot.sandbox.robots import robot_state
from bot.sandbox.sms_api import sms_state
from bot.sandbox.telegram_control import telegram_state
from bot.sandbox.voice_phone import call_state
from bot.sandbox.world import AppState, Callback, Message, World

Json = dict[str, Any]


def world_state(world: World) -> Json:
    """Everything that was received, dropped, pressed and called back."""
    return {
        "version": world.version,
        "faults": world.faults.model_dump(),
        "members": [
            member_state(world, corp.corpid, member.userid, member.name)
            for corp in world.config.corps
            for member in corp.members
        ],
        "apps": [app_state(state) for state in world.apps.values()],
        "callbacks": [callback_state(record) for record in world.callbacks],
        "mailboxes": [
            {"address": box.address, "name": box.name, "mails": _mails(world, box.address)}
            for box in world.config.mailboxes
        ],
        "calls": [call_state(call) for call in world.voice.calls],
        "sms": [sms_state(sms) for sms in world.sms.messages],
        "telegram": telegram_state(world),
        "bots": bots_state(world.bots, world.members),
        "hooks": [hook_state(receiver) for receiver in world.hooks.by_name.values()],
        "robots": [robot_state(group) for group in world.robots.groups],
    }


def member_state(world: World, corpid: str, userid: str, name: str) -> Json:
    """One member: messages of all apps in the order of arrival, and how many were dropped."""
    chats = list(world.chats_of(corpid, userid))
    messages = [(state, message) for state, chat in chats for message in chat.messages]
    messages.sort(key=lambda pair: pair[1].id)
    return {
        "corpid": corpid,
        "userid": userid,
        "name": name,
        "dropped": sum(chat.dropped for _, chat in chats),
        "messages": [message_state(state, message) for state, message in messages],
    }


def app_state(state: AppState) -> Json:
    """One app's counters; its secrets stay out."""
    return {
        "corpid": state.corp.corpid,
        "agentid": state.app.agentid,
        "name": state.app.name,
        "duplicates_suppressed": state.duplicates,
        "uploads": state.uploads,
    }


def message_state(state: AppState, message: Message) -> Json:
    """One message as it looks now, with what happened to it."""
    sent = state.sent.get(message.msgid)
    code = state.codes.get(sent.response_code) if sent and sent.response_code else None
    return {
        "id": message.id,
        "msgid": message.msgid,
        "at": message.at.isoformat(),
        "agentid": message.app[1],
        "direction": message.direction,
        "msgtype": message.msgtype,
        "body": message.body,
        "task_id": message.task_id,
        "response_code": {"used": code.used} if code else None,
        "active": message.active,
        "replace_name": message.replace_name,
        "recalled": message.recalled,
        "updates": message.updates,
        "pressed": [asdict(press) | {"at": press.at.isoformat()} for press in message.pressed],
    }


def callback_state(record: Callback) -> Json:
    """One callback with its tries."""
    return {
        "id": record.id,
        "at": record.at.isoformat(),
        "corpid": record.app[0],
        "agentid": record.app[1],
        "userid": record.userid,
        "event": record.event,
        "what": record.what,
        "outcome": record.outcome,
        "reply": record.reply,
        "attempts": [asdict(attempt) | {"at": attempt.at.isoformat()} for attempt in record.attempts],
    }


def _mails(world: World, address: str) -> list[Json]:
    return [mail_state(mail) for mail in world.mails[address.lower()]]


def mail_state(mail: Mail) -> Json:
    """One mail without its raw bytes."""
    state = asdict(mail) | {"at": mail.at.isoformat(), "from": mail.from_}
    del state["raw"], state["from_"]
    return state
