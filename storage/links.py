"""Follow-up links for people without an account: unguessable, and the same each time they are made."""

import base64
import hashlib
import hmac

MAC_BYTES = 16
LONGEST_ID = 18


class Links:
    """Makes and reads the tokens of `/f/<token>`: the participant's id with 128 bits of HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, participant_id: int) -> str:
        """The token for a participant of a case."""
        return f"{participant_id}-{self._mac(participant_id)}"

    def participant_id(self, token: str) -> int | None:
        """The participant that a token was made for, or None when it was not made here."""
        number = token.partition("-")[0]
        if not token.isascii() or not number.isdigit() or len(number) > LONGEST_ID:
            return None
        participant_id = int(number)
        return participant_id if hmac.compare_digest(token, self.token(participant_id)) else None

    def _mac(self, participant_id: int) -> str:
        digest = hmac.new(self._key, b"follow-up link %d" % participant_id, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode().rstrip("=")
