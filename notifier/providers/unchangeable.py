"""What all channels have in common on which a message stays as it was sent."""

from datetime import timedelta
from typing import ClassVar

from notifier.channel import Account, Replacement, SendFailed, Verdict
from storage.texts import N_

STAYS = N_("What was sent on this channel cannot be changed")


class Unchangeable:
    """Base of a channel whose messages are never changed afterwards."""

    can_update: ClassVar[bool] = False
    updatable_for: ClassVar[timedelta | None] = timedelta()

    async def update(
        self,
        update_code: str,  # noqa: ARG002 - the channels' common form
        address: str,  # noqa: ARG002
        account: Account,  # noqa: ARG002
        replacement: Replacement,  # noqa: ARG002
    ) -> None:
        """Raises SendFailed, always."""
        raise SendFailed(Verdict.PERMANENT, "update", STAYS)
