"""Where to go after sign-in or a change of language: only to pages of ours."""

import re
from urllib.parse import quote

HOME = "/todo"
OURS = re.compile(
    r"/(todo|cases|devices|licences|labels(?:\.pdf)?|admin|me|help|l|d|f|sign-in)(/(?!\.)[\w.-]{1,64}){0,6}",
    re.ASCII,
)


def local(path: str) -> str:
    """The path if it is a page of ours, else the to-do list."""
    return path if OURS.fullmatch(path) else HOME


def sign_in_url(path: str) -> str:
    """The sign-in page that leads back to a path."""
    return f"/sign-in?next={quote(local(path))}"
