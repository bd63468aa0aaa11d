"""What the outbox keeps of an SMS."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from notifier.channel import Accepted
from notifier.providers.sms.parts import cost_of


class FrozenSms(BaseModel):
    """The call's parameters, the text as it is read, its parts, and the code by which a reply names it."""

    model_config = ConfigDict(frozen=True)

    request: dict[str, Any]
    text: str
    segments: int
    extend_code: str | None = None

    def accepted(self, provider_id: str, price: Decimal | None, counted: int | None = None) -> Accepted:
        """The provider took it, and may have counted its parts."""
        parts = counted or self.segments
        return Accepted(provider_id, note=f"segments: {parts}", parts=parts, cost=cost_of(parts, price))
