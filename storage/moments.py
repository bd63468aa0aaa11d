"""Instants as the variables of messages keep them, before they are words of a language."""

from datetime import datetime, timedelta

from storage.clock import SHANGHAI

_MIDNIGHT = (0, 0, 0, 0)


def moment(at: datetime, now: datetime) -> str:
    """The instant in Asia/Shanghai to the minute, such as `12-01T12:30`; `2027-12-01T24:00` at the end of a day.

    The year is left out while it is the present one.
    """
    local = at.astimezone(SHANGHAI)
    time = f"{local.hour:02}:{local.minute:02}"
    if (local.hour, local.minute, local.second, local.microsecond) == _MIDNIGHT:
        local, time = local - timedelta(days=1), "24:00"
    year = "" if local.year == now.astimezone(SHANGHAI).year else f"{local.year}-"
    return f"{year}{local.month:02}-{local.day:02}T{time}"
