"""What the few words of an SMS mean. Pure. `T`, `TD`, `退订` are for the networks, and never a confirmation.

A reply is understood only as a whole: of known words, words of courtesy and one number that names a message. Any other
character, and so every “not” and every “who”, makes it unknown.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Words:
    """Which words a reply is understood by; letters' case does not matter."""

    acknowledge: tuple[str, ...]
    stop: tuple[str, ...]
    unsubscribe: tuple[str, ...]


class Meant(StrEnum):
    """What somebody wants."""

    ACKNOWLEDGE = "acknowledge"
    STOP = "stop"
    UNSUBSCRIBE = "unsubscribe"
    NAMED = "named"
    """Only which message is meant."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Understood:
    """What was meant, and the code that names a message, if there was one."""

    meant: Meant
    code: str = ""


# Said along with an answer, and no answer by itself. What is about to be done about it stands beside “收到”.
COURTESY = (
    *(
        "好",
        "好的",
        "好滴",
        "嗯",
        "是",
        "是的",
        "行",
        "可以",
        "ok",
        "okay",
        "yes",
        "谢谢",
        "感谢",
        "辛苦",
        "你好",
        "您好",
    ),
    *(
        "已",
        "已经",
        "我",
        "我们",
        "本人",
        "了",
        "啦",
        "的",
        "啊",
        "哦",
        "请",
        "回复",
        "编号",
        "工单",
        "please",
        "thanks",
    ),
    *(
        "马上",
        "立即",
        "立刻",
        "现在",
        "这就",
        "正在",
        "去",
        "来",
        "到",
        "过去",
        "过来",
        "处理",
        "查看",
        "看",
        "看看",
    ),
)
_BETWEEN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_PIECES = re.compile(r"[a-z]{2}[0-9]{4}-[0-9]{6,12}(?![0-9])|[0-9]+|[a-z]+|[^\W\d_a-z]+")
_CODE_LENGTH, _CODE_ALONE_LENGTH = range(1, 13), range(3, 13)
_RUNNING_NUMBER = "-"  # a case's number ends with it and its digits: WX2026-000123


def understood(said: str, words: Words) -> Understood:
    """`收到`, `1。`, `好的收到1`, `1 0042`, `收到WX2026-000123`, or the digits alone that name a message."""
    try:
        found = list(_tokens(_plain(said), _Known(words)))
    except _Unknown:
        return Understood(Meant.UNKNOWN)
    meant, codes = (
        {token for token in found if isinstance(token, Meant)},
        [t for t in found if isinstance(t, _Code)],
    )
    if Meant.UNSUBSCRIBE in meant:
        return Understood(Meant.UNSUBSCRIBE)
    code = codes[0].digits if codes else ""
    if len(meant) == 1 and len(codes) <= 1 and (not code or len(code) in _CODE_LENGTH):
        return Understood(meant.pop(), code)
    if not meant and len(codes) == 1 and len(code) in _CODE_ALONE_LENGTH:
        return Understood(Meant.NAMED, code)
    return Understood(Meant.UNKNOWN)


class _Unknown(Exception):
    """Something in it is no word that we know."""


@dataclass(frozen=True)
class _Code:
    """Digits that name a message."""

    digits: str


class _Known:
    """All words with what they mean; None: courtesy."""

    def __init__(self, words: Words) -> None:
        # The later counts: a word of courtesy may be set to acknowledge, and none that unsubscribes ever does.
        self.meanings: dict[str, Meant | None] = dict.fromkeys(COURTESY)
        for meant, known in (
            (Meant.STOP, words.stop),
            (Meant.ACKNOWLEDGE, words.acknowledge),
            (Meant.UNSUBSCRIBE, words.unsubscribe),
        ):
            self.meanings |= {joined: meant for word in known if (joined := "".join(_pieces(_plain(word))))}
        self.longest = max(map(len, self.meanings))


def _tokens(text: str, known: _Known) -> Iterator[Meant | _Code]:
    """What the words mean, one after the other; raises `_Unknown`."""
    whole = "".join(_pieces(text))
    if whole in known.meanings:
        yield known.meanings[whole] or Meant.UNKNOWN
        return
    for piece in _pieces(text):
        if piece in known.meanings:
            yield from _said(known.meanings[piece])
        elif piece[-1].isdecimal():
            yield _Code(piece.rpartition(_RUNNING_NUMBER)[2])
        elif piece.isascii():
            raise _Unknown
        else:
            yield from _chinese(piece, known)


def _chinese(piece: str, known: _Known) -> Iterator[Meant]:
    """Words that are written without a space between them, the longest first; raises `_Unknown`."""
    at = 0
    while at < len(piece):
        lengths = range(min(known.longest, len(piece) - at), 0, -1)
        word = next((w for n in lengths if (w := piece[at : at + n]) in known.meanings), None)
        if word is None:
            raise _Unknown
        yield from _said(known.meanings[word])
        at += len(word)


def _said(meant: Meant | None) -> Iterable[Meant]:
    return () if meant is None else (meant,)


def _pieces(text: str) -> list[str]:
    """Runs of digits, of Latin letters, and of other ones; marks and pictures only part them."""
    return _PIECES.findall(_BETWEEN_CHINESE.sub("", text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
