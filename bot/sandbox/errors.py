"""The sandbox's errors: its own, and those that WeCom's API answers with."""


def N_(text: str) -> str:  # noqa: N802 -- gettext's name for it
    """Mark an English text for the catalogues; whoever shows it translates it."""
    return text


class SandboxError(Exception):
    """Base of everything the sandbox refuses to do for the person who runs it."""


class RealCredentialsError(SandboxError):
    """A corpid, secret or callback address that could belong to the real world."""


class BindRefusedError(SandboxError):
    """The sandbox was asked to listen where other machines could reach it."""


class ConfigError(SandboxError):
    """The configuration file cannot be read or does not describe a sandbox."""


class PressError(SandboxError):
    """Nobody could press that on this phone: no such message, button or choice."""


BUSY = -1
BAD_SECRET = 40001
BAD_FILE_TYPE = 40004
BAD_FILE_SIZE = 40006
BAD_MEDIA = 40007
BAD_MSGTYPE = 40008
BAD_CORPID = 40013
BAD_TOKEN = 40014
BAD_CODE = 40029
BAD_ENCODING = 40033
BAD_AGENTID = 40056
BAD_PARAMETER = 40058
TOKEN_MISSING = 41001
TASK_ID_ILLEGAL = 42014
RESPONSE_CODE_UNUSABLE = 42016
TOKEN_EXPIRED = 42001
CALLBACK_URL_NEEDED = 43012
EMPTY_CONTENT = 44004
TOO_LONG = 45002
TOO_OFTEN = 45009
BAD_JSON = 47001
NO_RIGHT = 48002
NOT_VISIBLE = 60011
IP_NOT_TRUSTED = 60020
BAD_KEY = 93000
NOT_SUBSCRIBED = 846609
BAD_REQ_ID = 846605
NO_RECIPIENT_LEFT = 81013
FOREIGN_AGENT = 301002

MEANINGS = {
    BUSY: "system busy",
    BAD_SECRET: "invalid credential",
    BAD_FILE_TYPE: "invalid media type",
    BAD_FILE_SIZE: "invalid media size",
    BAD_MEDIA: "invalid media_id",
    BAD_MSGTYPE: "invalid message type",
    BAD_CORPID: "invalid corpid",
    BAD_TOKEN: "invalid access_token",
    BAD_CODE: "invalid code",
    NO_RIGHT: "api forbidden",
    NOT_VISIBLE: "no privilege to access/modify contact/party/agent",
    BAD_ENCODING: "invalid charset, only utf-8 is accepted",
    BAD_AGENTID: "invalid agentid",
    BAD_PARAMETER: "invalid Request Parameter",
    TOKEN_MISSING: "access_token missing",
    TASK_ID_ILLEGAL: "illegal task_id",
    RESPONSE_CODE_UNUSABLE: "response_code not exist or used",
    TOKEN_EXPIRED: "access_token expired",
    CALLBACK_URL_NEEDED: "callback url needed",
    EMPTY_CONTENT: "empty content",
    TOO_LONG: "content size out of limit",
    TOO_OFTEN: "api freq out of limit",
    BAD_JSON: "data format error, Warning: wrong json format.",
    IP_NOT_TRUSTED: "not allow to access from your ip",
    BAD_KEY: "invalid webhook url",
    NOT_SUBSCRIBED: "aibot websocket not subscribed",
    BAD_REQ_ID: "invalid req_id",
    NO_RECIPIENT_LEFT: "user & party & tag all invalid",
    FOREIGN_AGENT: "not allow operate another agent with this accesstoken",
}


class WeComError(Exception):
    """An answer with `errcode` other than 0; WeCom sends it with HTTP status 200."""

    def __init__(self, errcode: int, hint: str = "") -> None:
        super().__init__(f"{errcode} {hint}".strip())
        self.errcode = errcode
        self.hint = hint

    def errmsg(self, ip: str) -> str:
        """The text beside the code. People read it; clients must not."""
        meaning = MEANINGS.get(self.errcode, "error set by a fault switch")
        return (
            f"{meaning}, hint: [{self.hint}], from ip: {ip}, more info at "
            f"https://open.work.weixin.qq.com/devtool/query?e={self.errcode}"
        )
