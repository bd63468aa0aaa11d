"""What a provider's result codes mean, as a row of its table, and the failure that comes of one."""

from dataclasses import dataclass

from notifier.channel import SendFailed, Verdict
from notifier.trim import one_line

_CODE_LENGTH, _WORDS_LENGTH = 64, 160


@dataclass(frozen=True)
class Meaning:
    """One row: the verdict, a fixed English sentence for the catalogues, and when to come again."""

    verdict: Verdict
    reason: str
    retry_after_s: float | None = None


def refusal(code: str, words: str, meaning: Meaning) -> SendFailed:
    """The typed failure. `words` is the provider's message, free of secrets; both are shortened."""
    return SendFailed(
        meaning.verdict,
        one_line(code)[:_CODE_LENGTH],
        meaning.reason,
        detail=one_line(words)[:_WORDS_LENGTH],
        retry_after_s=meaning.retry_after_s,
    )
