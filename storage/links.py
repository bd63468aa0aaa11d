"""Follow-up links for people without an account, links of messages and photos: unguessable, the same each time."""

import base64
import hashlib
import hmac

MAC_BYTES = 16
LONGEST_ID = 18
_FOLLOW_UP, _NOTICE, _PHOTO = b"follow-up link", b"notice link", b"photo link"


class Links:
    """Makes and reads the tokens of `/f/<token>` (a participant), `/n/<token>` (a message), `/i/<token>` (its photo).

    Each is the id with 128 bits of HMAC-SHA256, and good for its own purpose alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, participant_id: int) -> str:
        """The token for a participant of a case."""
        return self._token(_FOLLOW_UP, participant_id)

    def participant_id(self, token: str) -> int | None:
        """The participant that a token was made for, or None when it was not made here."""
        return self._id(_FOLLOW_UP, token)

    def notice(self, message_id: int) -> str:
        """The token by which its reader acknowledges a message, or stops its kind."""
        return self._token(_NOTICE, message_id)

    def message_id(self, token: str) -> int | None:
        """The message that a token was made for, or None when it was not made here."""
        return self._id(_NOTICE, token)

    def photo(self, message_id: int) -> str:
        """The token by which a chat program shows the first photo that a message is about."""
        return self._token(_PHOTO, message_id)

    def photo_of(self, token: str) -> int | None:
        """The message whose photo a token was made for, or None when it was not made here."""
        return self._id(_PHOTO, token)

    def _id(self, purpose: bytes, token: str) -> int | None:
        number = token.partition("-")[0]
        if not token.isascii() or not number.isdigit() or len(number) > LONGEST_ID:
            return None
        found = int(number)
        return found if hmac.compare_digest(token, self._token(purpose, found)) else None

    def _token(self, purpose: bytes, number: int) -> str:
        digest = hmac.new(self._key, b"%s %d" % (purpose, number), hashlib.sha256).digest()
        return f"{number}-{base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode().rstrip('=')}"
