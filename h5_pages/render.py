"""Templates and the functions that they may call."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from h5_pages import device_look, event_look, look
from h5_pages.admin_menu import screens_for
from h5_pages.help.topics import topic_of_workflow
from h5_pages.languages import LANGUAGE_NAMES
from h5_pages.next_page import sign_in_url
from h5_pages.statics import Statics
from h5_pages.times import exact, relative
from storage.kinds import time_left

if TYPE_CHECKING:
    from h5_pages.visit import Visit


class Renderer:
    """Renders pages for a visit: `t` translates and fills in, `when` shows a time, `visit` is who looks."""

    def __init__(self, statics: Statics) -> None:
        self._environment = Environment(
            loader=PackageLoader("h5_pages"),
            autoescape=True,
            auto_reload=False,  # a template changes with the release; looking for it costs a system call each time
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static=statics.url,
            look=look,
            administration=screens_for,
            device_look=device_look,
            event_look=event_look,
            topic_of_workflow=topic_of_workflow,
            time_left=time_left,
            new_key=lambda: token_urlsafe(16),
            money=money,
            sign_in_url=sign_in_url,
            language_names=LANGUAGE_NAMES,
        )

    def render(self, template: str, visit: "Visit", values: Mapping[str, Any]) -> str:
        """The page as text."""

        def translate(source: str, **params: Any) -> str:
            text = visit.gettext(source)
            return text.format(**params) if params else text

        def when(at: datetime | None, now: datetime | None = None) -> Markup:
            return _time(at, now or visit.now, visit)

        context = {
            "visit": visit,
            "t": translate,
            "when": when,
            "say": lambda error: error.say(visit.gettext),
        }
        return self._environment.get_template(template).render({**context, **values})


def _time(at: datetime | None, now: datetime, visit: "Visit") -> Markup:
    """How long ago, with the exact time behind it: on hover, focus or touch."""
    if at is None:
        return Markup()
    shown = exact(at, visit.language)
    return Markup('<time datetime="{}" data-exact="{}" title="{}" tabindex="0">{}</time>').format(
        at.isoformat(), shown, shown, relative(at, now, visit.language, visit.gettext)
    )


def money(value: Any) -> str:
    """An amount in yuan."""
    return "" if value is None else f"¥{Decimal(str(value)):,.2f}"
