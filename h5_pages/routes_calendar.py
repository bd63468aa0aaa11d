"""Addresses of the calendar of working days."""

from h5_pages.pipeline import Route
from h5_pages.views import calendar

CALENDAR_ROUTES = [
    Route("GET", "/admin/calendar", calendar.page),
    Route("POST", "/admin/calendar", calendar.enter),
    Route("POST", "/admin/calendar/{day}/remove", calendar.remove),
    Route("POST", "/admin/calendar/years/{year}", calendar.complete),
]
