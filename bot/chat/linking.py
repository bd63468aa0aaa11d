"""Links a chat to the person who was shown a one-time code on their page."""

from bot.chat import replies
from bot.chat.answers import Link, Pages, Reply
from h5_pages.limits import Window
from storage import link_codes
from storage.clock import Clock
from storage.database import Database
from storage.link_codes import Asked, LinkCodes
from storage.rates import Rate
from storage.texts import N_, Gettext, Texts
from workflows.actor import Door
from workflows.errors import WorkflowError

TRIES = Rate(5, 600)
TELEGRAM = "Telegram"  # the provider speaks for a chat, whose own network address nobody learns
LINKED = N_("This chat is now linked to {name}. You can write:")
NOT_LINKED = N_(
    "This chat is not linked yet. Please sign in on this page, get a code there and send it to me:"
)
CODE_REFUSED = N_(
    "This code is wrong, was already used or has expired. Please get a new one on this page and send it to me:"
)
LINK_PAGE = N_("Link Telegram")


class LinkDesk:
    """Takes codes from chats, a few in ten minutes from each. `real` is real time."""

    def __init__(self, db: Database, codes: LinkCodes, texts: Texts, real: Clock, public_url: str) -> None:
        self._db = db
        self._codes = codes
        self._texts = texts
        self._real = real
        self._pages = Pages(public_url.rstrip("/"))
        self._tries = Window(db, real)

    def not_linked(self, language: str | None) -> Reply:
        """For a chat of nobody: how to become known."""
        return self._where(NOT_LINKED, self._texts.gettext(language))

    async def link(self, account_id: int, address: str, typed: str, language: str | None) -> Reply:
        """Link the address, or say why not. Raises `DatabaseAway`; the same message again does no harm."""
        _ = self._texts.gettext(language)
        try:
            await self._tries.count(TRIES, f"chat code {account_id}/{address}")
        except WorkflowError as refusal:
            return replies.refused(refusal, _)
        fingerprint = self._codes.fingerprint(account_id, typed)
        asked = Asked(self._real.now(), Door.TELEGRAM, TELEGRAM)
        linked = (
            await link_codes.redeem(self._db, fingerprint, account_id, address, asked)
            if fingerprint
            else None
        )
        if linked is None:
            return self._where(CODE_REFUSED, _)
        words = self._texts.gettext(linked.language or language)
        return Reply.of(words(LINKED).format(name=linked.name), *replies.help_text(words).lines)

    def _where(self, words: str, _: Gettext) -> Reply:
        return Reply.of(_(words), Link(_(LINK_PAGE), self._pages.telegram()))
