"""What can come of asking a provider who somebody is, as types that pages and providers share."""

from storage.texts import N_


class IdentityError(Exception):
    """Nobody was recognised. `reason` is a source text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeRefused(IdentityError):
    """The code that the browser brought was used before, is too old, or is none."""

    def __init__(self) -> None:
        super().__init__(N_("This sign-in has expired or was already used. Please start again."))


class NoMember(IdentityError):
    """Whoever it is does not belong to the corporation."""

    def __init__(self) -> None:
        super().__init__(N_("You are not a member of this WeCom corporation."))


class IdentityAway(IdentityError):
    """The provider cannot be asked at present, or not with this account."""
