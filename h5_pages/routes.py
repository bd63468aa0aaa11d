"""Every address of the pages: who may come, and whether photos may come with it."""

from h5_pages.limits import Pace
from h5_pages.pipeline import For, Route
from h5_pages.routes_calendar import CALENDAR_ROUTES
from h5_pages.routes_devices import DEVICE_ROUTES
from h5_pages.routes_duty import DUTY_ROUTES
from h5_pages.routes_house import HOUSE_ROUTES
from h5_pages.routes_identity import IDENTITY_ROUTES
from h5_pages.routes_listeners import LISTENER_ROUTES
from h5_pages.routes_notices import NOTICE_ROUTES
from h5_pages.routes_records import RECORD_ROUTES
from h5_pages.views import (
    admin,
    adverse_events,
    case_list,
    cases,
    devices,
    files,
    licences,
    links,
    manual,
    me,
    report,
    sign_in,
)

ROUTES = [
    Route("GET", "/", cases.home),
    Route("GET", "/todo", cases.todo),
    Route("GET", "/cases", case_list.search),
    Route("GET", "/cases/export.xlsx", case_list.export),
    Route("GET", "/cases/{number}", cases.case),
    Route("POST", "/cases/{number}/patient", adverse_events.show_patient),
    Route("GET", "/cases/{number}/looks", adverse_events.looks),
    Route("GET", "/cases/{number}/sensors", cases.sensors, For.ANYBODY, by_itself=True),
    Route("GET", "/cases/{number}/{action}", cases.action_form),
    Route("POST", "/cases/{number}/{action}", cases.action, photos=True),
    Route("GET", "/d/{token}", devices.by_label, For.ANYBODY, per="token"),
    Route("GET", "/d/{token}/report", report.form, For.ANYBODY, per="token"),
    Route("POST", "/d/{token}/report", report.report, For.ANYBODY, photos=True, per="token"),
    Route("GET", "/f/{token}", links.case, For.ANYBODY),
    Route("GET", "/f/{token}/files/{key}", links.file, For.ANYBODY),
    Route("GET", "/f/{token}/{action}", links.action_form, For.ANYBODY),
    Route("POST", "/f/{token}/{action}", links.action, For.ANYBODY, photos=True),
    *DEVICE_ROUTES,
    *IDENTITY_ROUTES,
    *HOUSE_ROUTES,
    *CALENDAR_ROUTES,
    *DUTY_ROUTES,
    *RECORD_ROUTES,
    *LISTENER_ROUTES,
    *NOTICE_ROUTES,
    Route("GET", "/me/telegram", me.telegram),
    Route("POST", "/me/telegram", me.telegram_code),
    Route("POST", "/me/telegram/first", me.telegram_first),
    Route("POST", "/me/telegram/unlink", me.telegram_unlink),
    Route("POST", "/me/language", me.language),
    Route("GET", "/l/{key}", licences.by_key, For.ANYBODY, per="key"),
    Route("GET", "/licences", licences.due),
    Route("GET", "/licences/export.xlsx", licences.export),
    Route("GET", "/licences/new", licences.form),
    Route("POST", "/licences/new", licences.register, photos=True),
    Route("GET", "/licences/{number}/qr.svg", licences.svg),
    Route("GET", "/licences/{number}/qr.png", licences.png),
    Route("GET", "/licences/{number}/qr.pdf", licences.sheet),
    Route("GET", "/files/{key}", files.file),
    Route("GET", "/admin", admin.hub),
    Route("GET", "/admin/dead-letters", admin.dead_letters),
    Route("POST", "/admin/dead-letters/{id}", admin.resend),
    Route("GET", "/sign-in", sign_in.form, For.ANYBODY),
    Route("POST", "/sign-in", sign_in.sign_in, For.ANYBODY, rate=Pace.SIGN_IN),
    Route("POST", "/sign-out", sign_in.sign_out, For.ANYBODY),
    Route("GET", "/language", sign_in.language, For.ANYBODY),
    Route("GET", "/help", manual.contents, For.ANYBODY),
    Route("GET", "/help/manual", manual.manual, For.ANYBODY),
    Route("GET", "/help/{topic}", manual.topic, For.ANYBODY),
    Route("*", "/{tail:.*}", sign_in.not_found, For.ANYBODY),
]
