"""What the page of texts shows: every message as a stored account would send it."""

from collections.abc import Sequence

from notifier.channels import as_account
from notifier.preview import Preview, Sample
from storage.channel_accounts import StoredChannelAccounts
from storage.sealing import SealBroken


class SampleTexts:
    """Composes samples with the accounts that are in use."""

    def __init__(self, preview: Preview, accounts: StoredChannelAccounts) -> None:
        self._preview = preview
        self._accounts = accounts

    async def samples(self, account_id: int, language: str) -> Sequence[Sample]:
        """Every kind as that account would send it; none when it is switched off or cannot be opened.

        Raises `DatabaseAway`. Whether the reader may see that account is the caller's to know.
        """
        try:
            account = await self._accounts.by_id(account_id)
        except SealBroken:
            return []
        if account is None:
            return []
        return list(self._preview.samples(account.kind, as_account(account), account.name, language))
