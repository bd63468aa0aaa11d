"""Addresses of the help."""

from typing import Annotated

from pydantic import StringConstraints

from h5_pages.params import Params


class HelpSearch(Params):
    """Words to look for in the manual."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class OfTopic(Params):
    """One page of help."""

    topic: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,40}$")]
