"""Where to go after sign-in or a change of language: only to pages of ours."""

import re
from urllib.parse import quote

HOME = "/todo"
OURS = re.compile(
    r"/(todo|cases(/[A-Za-z0-9-]{1,24}(/[a-z_]{1,32})?)?|devices(/\d{1,18}(/adverse-event)?)?|licences(/new)?|l/[\w-]{1,64}"
    r"|labels\.pdf|admin/dead-letters|sign-in"
    r"|d/[\w-]{1,64}(/report)?|f/[\w-]{1,64}(/[a-z_]{1,32})?)",
    re.ASCII,
)


def local(path: str) -> str:
    """The path if it is a page of ours, else the to-do list."""
    return path if OURS.fullmatch(path) else HOME


def sign_in_url(path: str) -> str:
    """The sign-in page that leads back to a path."""
    return f"/sign-in?next={quote(local(path))}"
