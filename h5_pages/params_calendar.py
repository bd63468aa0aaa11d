"""Addresses and forms of the calendar of working days."""

from datetime import date
from typing import Annotated

from pydantic import Field

from h5_pages.params import Params


class AnyYear(Params):
    """Which year is looked at; none is the one that matters now."""

    year: Annotated[int, Field(ge=2000, le=2100)] | None = None


class OfDay(Params):
    """One day."""

    day: date


class OfYear(Params):
    """One year, and whether all its days are entered."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    complete: bool = False
