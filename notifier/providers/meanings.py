"""What a provider's result codes mean, as a row of its table, and the failure that comes of one."""

from dataclasses import dataclass

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line

_CODE_LENGTH, _WORDS_LENGTH = 64, 160


@dataclass(frozen=True)
class Meaning:
    """One row: the verdict, a fixed English sentence for the catalogues, and when to come again.

    `of_message`: another kind of message may well pass by the same account.
    """

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None
    of_message: bool = False


def refusal(code: str, words: str, meaning: Meaning) -> SendFailed:
    """The typed failure. `words` is the provider's message, free of secrets; both are shortened."""
    failed = SendFailed(
        meaning.verdict,
        one_line(code)[:_CODE_LENGTH],
        meaning.reason,
        detail=one_line(words)[:_WORDS_LENGTH],
        retry_after_s=meaning.retry_after_s,
    )
    failed.of_message = meaning.of_message
    return failed
