"""WeCom's callback encryption, done by wechatpy and by nothing of ours.

The product has its own implementation; this one must stay somebody else's. Source of
the scheme: developer.work.weixin.qq.com/document/path/91144.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.exceptions import InvalidSignatureException

from bot.sandbox.config import App
from bot.sandbox.errors import SandboxError


class BadReplyError(SandboxError):
    """A passive reply that WeCom would not accept; the text says why."""


@dataclass(frozen=True)
class Sealed:
    """An encrypted text and what belongs into the URL beside it."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str

    def query(self) -> dict[str, str]:
        """The parameters of the callback's address."""
        return {
            "msg_signature": self.signature,
            "timestamp": self.timestamp,
            "nonce": self.nonce,
        }


class CallbackCrypto:
    """Seals what goes to one app's server and opens what comes back."""

    def __init__(self, corpid: str, app: App, now: Callable[[], datetime], rng: random.Random) -> None:
        self._crypto = WeChatCrypto(app.token, app.encoding_aes_key, corpid)
        self._now = now
        self._rng = rng

    def seal(self, text: str) -> Sealed:
        """Encrypt and sign with a fresh nonce and the present time."""
        timestamp = str(int(self._now().timestamp()))
        nonce = str(self._rng.randrange(10**9, 10**10))
        wrapped = self._crypto.encrypt_message(text, nonce, timestamp)
        parts = {part.tag: part.text or "" for part in SafeXml.fromstring(wrapped)}
        return Sealed(parts["Encrypt"], parts["MsgSignature"], timestamp, nonce)

    def open_echo(self, signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """The plain text of a URL check, as the app's server must find it."""
        return self._checked(lambda: self._crypto.check_signature(signature, timestamp, nonce, echostr))

    def open_message(self, body: str, signature: str, timestamp: str, nonce: str) -> str:
        """The plain text of an encrypted XML body; raises `BadReplyError`."""
        parts = parse_xml(body)
        return self._checked(lambda: self._crypto.decrypt_message(parts, signature, timestamp, nonce))

    def open_reply(self, body: str) -> str:
        """The plain text of a passive reply, whose signature stands inside the XML."""
        parts = parse_xml(body)
        try:
            signed = parts["MsgSignature"], parts["TimeStamp"], parts["Nonce"]
            return self.open_message(body, *signed)
        except KeyError as error:
            raise BadReplyError(f"{error.args[0]} is missing") from error

    def _checked(self, decrypt: Callable[[], str]) -> str:
        try:
            return decrypt()
        except InvalidSignatureException as error:
            raise BadReplyError("wrong signature") from error
        except InvalidCorpIdException as error:
            raise BadReplyError("receive id is not the corpid") from error
        except Exception as error:
            # wechatpy lets whatever its parts raise pass: struct, binascii, Unicode, index.
            raise BadReplyError(f"cannot be decrypted ({type(error).__name__})") from error


def parse_xml(body: str) -> dict[str, str]:
    """The direct children of an XML document as text; raises `BadReplyError`."""
    try:
        return {part.tag: part.text or "" for part in SafeXml.fromstring(body)}
    except (SafeXml.ParseError, DefusedXmlException, ValueError) as error:
        raise BadReplyError("not a safe XML document") from error
