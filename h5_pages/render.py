"""Templates and the functions that they may call."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Context
from markupsafe import Markup, escape

from h5_pages import device_look, event_look, look
from h5_pages.admin_menu import may_administer, screens_for
from h5_pages.escaping import EscapingGenerator, escaped
from h5_pages.help.topics import topic_of_workflow
from h5_pages.languages import LANGUAGE_NAMES
from h5_pages.next_page import sign_in_url
from h5_pages.spoken import FILL, fill, spoken
from h5_pages.statics import Statics
from h5_pages.times import exact, relative, to_the_second
from h5_pages.uploads import MAX_PHOTOS
from storage.clock import Clock
from storage.kinds import time_left
from storage.texts import P_, Gettext, Texts, translator
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from h5_pages.visit import Visit


class Renderer:
    """Renders pages for a visit: `t` translates and fills in, `visit` is who looks.

    `when` says how long ago a time was, with the time itself behind it; `exactly` says the time. All but `visit` is
    the same for everybody who reads a language, so that macros are made once for it, and not for every page.
    """

    def __init__(self, statics: Statics, texts: Texts, business: Clock) -> None:
        self._environments = {
            language: _environment(statics, Speech(language, translator(texts, language), business))
            for language in LANGUAGE_NAMES
        }

    def render(self, template: str, visit: "Visit", values: Mapping[str, Any]) -> str:
        """The page as text."""
        page = self.environment(visit.language).get_template(template)
        return page.render({"visit": visit, **values})

    def environment(self, language: str) -> Environment:
        """The templates of a language."""
        return self._environments[language]


@dataclass(frozen=True)
class Speech:
    """What templates say in one language, at the present business time."""

    language: str
    gettext: Gettext
    business: Clock

    def translate(self, source: str, **params: Any) -> str:
        """A source text, filled in."""
        text = self.gettext(source)
        return text.format(**params) if params else text

    def translate_as(self, context: str, source: str, **params: Any) -> str:
        """A source text that means something else elsewhere, filled in."""
        return self.translate(P_(context, source), **params)

    def say(self, error: WorkflowError) -> str:
        """What is wrong."""
        return error.say(self.gettext)

    def exactly(self, at: datetime) -> str:
        """A time to the minute."""
        return exact(at, self.language)

    def when(self, at: datetime | None, now: datetime | None = None) -> Markup:
        """How long ago, with the exact time behind it: on hover, focus or touch."""
        if at is None:
            return Markup()
        shown = escape(exact(at, self.language))
        words = escape(relative(at, now or self.business.now(), self.language, self.gettext))
        return Markup(  # noqa: S704 - what people may have written is none of it, and the rest is escaped
            f'<time datetime="{at.isoformat()}" data-exact="{shown}" title="{shown}" tabindex="0">{words}</time>'
        )


class _Context(Context):
    """One that just calls what a template calls: nothing of ours asks to be given the context with its arguments."""

    def call(
        self,
        called: Callable[..., Any],
        /,
        *args: Any,
        _block_vars: object = None,  # both would go into that context
        _loop_vars: object = None,
        **kwargs: Any,
    ) -> Any:
        return called(*args, **kwargs)


class _Environment(Environment):
    """One whose globals stand when it is made, so that a page need not look for each of them in two places."""

    code_generator_class = EscapingGenerator
    context_class = _Context
    escaped = staticmethod(escaped)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def _environment(statics: Statics, speech: Speech) -> Environment:
    environment = _Environment(
        loader=PackageLoader("h5_pages"),
        autoescape=True,
        auto_reload=False,  # a template changes with the release; looking for it costs a system call each time
        extensions=[spoken(speech.gettext)],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {FILL: fill},
        t=speech.translate,
        pt=speech.translate_as,
        when=speech.when,
        exactly=speech.exactly,
        say=speech.say,
        static=statics.url,
        look=look,
        most_photos=MAX_PHOTOS,
        administration=screens_for,
        may_administer=may_administer,
        device_look=device_look,
        event_look=event_look,
        topic_of_workflow=topic_of_workflow,
        time_left=time_left,
        new_key=lambda: token_urlsafe(16),
        money=money,
        to_the_second=to_the_second,
        sign_in_url=sign_in_url,
        language_names=LANGUAGE_NAMES,
    )
    return environment


def money(value: Any) -> str:
    """An amount in yuan."""
    return "" if value is None else f"¥{Decimal(str(value)):,.2f}"
