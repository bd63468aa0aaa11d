"""Every address of the pages: who may come, and whether photos may come with it."""

from h5_pages.pipeline import For, Route
from h5_pages.views import admin, cases, devices, files, labels, links, me, report, sign_in

ROUTES = [
    Route("GET", "/", cases.home),
    Route("GET", "/todo", cases.todo),
    Route("GET", "/cases", cases.all_cases),
    Route("GET", "/cases/{number}", cases.case),
    Route("GET", "/cases/{number}/{action}", cases.action_form),
    Route("POST", "/cases/{number}/{action}", cases.action),
    Route("GET", "/d/{token}", devices.by_label, For.ANYBODY),
    Route("GET", "/d/{token}/report", report.form, For.ANYBODY),
    Route("POST", "/d/{token}/report", report.report, For.ANYBODY, photos=True),
    Route("GET", "/f/{token}", links.case, For.ANYBODY),
    Route("GET", "/f/{token}/files/{key}", links.file, For.ANYBODY),
    Route("GET", "/f/{token}/{action}", links.action_form, For.ANYBODY),
    Route("POST", "/f/{token}/{action}", links.action, For.ANYBODY),
    Route("GET", "/devices", devices.search),
    Route("GET", "/devices/{id}", devices.record),
    Route("GET", "/devices/{id}/sensors", devices.sensors, For.ANYBODY, by_itself=True),
    Route("GET", "/devices/{id}/qr.svg", labels.svg),
    Route("GET", "/devices/{id}/qr.png", labels.png),
    Route("GET", "/labels.pdf", labels.sheet),
    Route("GET", "/me/telegram", me.telegram),
    Route("POST", "/me/telegram", me.telegram_code),
    Route("POST", "/me/telegram/first", me.telegram_first),
    Route("POST", "/me/telegram/unlink", me.telegram_unlink),
    Route("GET", "/files/{key}", files.file),
    Route("GET", "/admin/dead-letters", admin.dead_letters),
    Route("POST", "/admin/dead-letters/{id}", admin.resend),
    Route("GET", "/sign-in", sign_in.form, For.ANYBODY),
    Route("POST", "/sign-in", sign_in.sign_in, For.ANYBODY),
    Route("POST", "/sign-out", sign_in.sign_out, For.ANYBODY),
    Route("GET", "/language", sign_in.language, For.ANYBODY),
    Route("GET", "/{tail:.*}", sign_in.not_found, For.ANYBODY),
]
