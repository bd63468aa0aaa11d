"""The states of an adverse event."""

from enum import StrEnum


class S(StrEnum):
    """States of an adverse event."""

    REPORTED = "reported"
    RETURNED = "returned"
    CHECKED = "checked"
    GRADED = "graded"
    HANDLED = "handled"
    CLOSED = "closed"
    REFUSED = "refused"
