"""The chapters of the manual, and which topic explains which address. The texts are in `texts/<language>/`."""

from dataclasses import dataclass

from storage.texts import N_


@dataclass(frozen=True)
class Topic:
    """One page of help. `routes` are the addresses, as the routes write them, that lead here by “?”.

    `workflow` names the one whose picture belongs to the page; the pages of its cases lead here as well.
    """

    name: str
    routes: tuple[str, ...] = ()
    workflow: str | None = None


@dataclass(frozen=True)
class Chapter:
    """Topics that belong together; `label` is a source text."""

    label: str
    topics: tuple[Topic, ...]


CHAPTERS = (
    Chapter(
        N_("First steps"),
        (
            Topic("start", ("/", "/help", "/help/manual", "/help/{topic}", "/{tail:.*}")),
            Topic(
                "sign-in",
                ("/sign-in", "/language", "/sign-in/wecom/{account}", "/sign-in/wecom/{account}/back"),
            ),
            Topic("report", ("/d/{token}", "/d/{token}/report")),
            Topic(
                "follow-up",
                ("/f/{token}", "/f/{token}/{action}", "/f/{token}/files/{key}"),
            ),
        ),
    ),
    Chapter(
        N_("Every day"),
        (
            Topic("todo", ("/todo",)),
            Topic("cases", ("/cases", "/cases/export.xlsx")),
            Topic("case", ("/cases/{number}", "/cases/{number}/{action}", "/files/{key}")),
            Topic("devices", ("/devices", "/devices/export.xlsx")),
            Topic("device", ("/devices/{id}", "/devices/{id}/sensors")),
            Topic("labels", ("/labels", "/labels.pdf", "/devices/{id}/qr.svg", "/devices/{id}/qr.png")),
            Topic(
                "messages",
                (
                    "/n/{token}",
                    "/i/{token}",
                    "/me/telegram",
                    "/me/notices",
                    "/me/notices/test",
                    "/me/notices/cases/{number}",
                    "/me/storms/{id}",
                    "/me/storms/{id}/acknowledge",
                ),
            ),
            Topic("me", ("/me", "/me/language")),
            Topic("account", ("/me/password", "/me/sessions", "/p/{token}")),
            Topic("absence", ("/me/absence", "/admin/people/{id}/absence")),
        ),
    ),
    Chapter(
        N_("How a case proceeds"),
        (
            Topic("repair", workflow="repair"),
            Topic(
                "licence",
                (
                    "/licences",
                    "/licences/new",
                    "/licences/export.xlsx",
                    "/l/{key}",
                    "/licences/{number}/qr.svg",
                    "/licences/{number}/qr.png",
                    "/licences/{number}/qr.pdf",
                ),
                workflow="licence",
            ),
            Topic("adverse-event", ("/devices/{id}/adverse-event",), workflow="adverse_event"),
            Topic("patient", ("/cases/{number}/patient", "/cases/{number}/looks")),
            Topic(
                "alarm",
                ("/devices/{id}/bands", "/devices/{id}/bands/{metric}", "/cases/{number}/sensors"),
                workflow="alarm",
            ),
        ),
    ),
    Chapter(
        N_("Administration"),
        (
            Topic("administration", ("/admin",)),
            Topic(
                "organisations",
                (
                    "/admin/organisations",
                    "/admin/organisations/new",
                    "/admin/organisations/{id}",
                    "/admin/organisations/{id}/edit",
                    "/admin/organisations/{id}/move",
                ),
            ),
            Topic(
                "people",
                (
                    "/admin/people",
                    "/admin/people/export.xlsx",
                    "/admin/people/new",
                    "/admin/people/{id}",
                    "/admin/people/{id}/edit",
                    "/admin/people/{id}/posts",
                    "/admin/people/{id}/ways",
                    "/admin/people/{id}/account",
                    "/admin/people/{id}/leave",
                ),
            ),
            Topic(
                "device-record",
                (
                    "/devices/new",
                    "/devices/{id}/history",
                    "/devices/{id}/files",
                    "/devices/{id}/files/{key}",
                    "/devices/{id}/{step}",
                ),
            ),
            Topic(
                "import",
                (
                    "/admin/imports/{kind}",
                    "/admin/imports/{kind}/template.xlsx",
                    "/admin/imports/{kind}/{id}",
                ),
            ),
            Topic("address-book", ("/admin/address-books", "/admin/address-books/{id}")),
            Topic(
                "channels",
                (
                    "/admin/channels",
                    "/admin/channels/new",
                    "/admin/channels/{id}",
                    "/admin/channels/{id}/edit",
                    "/admin/channels/{id}/templates",
                    "/admin/channels/{id}/templates.xlsx",
                ),
            ),
            Topic("listeners", ("/admin/listeners", "/admin/listeners/new", "/admin/listeners/{id}")),
            Topic("policies", ("/admin/policies", "/admin/policies/{name}", "/admin/policies/{name}/new")),
            Topic("calendar", ("/admin/calendar",)),
            Topic("duty", ("/admin/duty", "/admin/duty/new", "/admin/duty/{id}")),
            Topic("audit", ("/admin/audit", "/admin/audit/export.xlsx")),
            Topic("texts", ("/admin/texts",)),
            Topic("ledger", ("/messages", "/messages/export.xlsx", "/messages/{id}")),
            Topic("undelivered", ("/admin/dead-letters", "/admin/dead-letters/{id}")),
        ),
    ),
    Chapter(N_("When something goes wrong"), (Topic("trouble"), Topic("at-night"))),
)
TOPICS = {topic.name: topic for chapter in CHAPTERS for topic in chapter.topics}
BY_ROUTE = {route: topic.name for topic in TOPICS.values() for route in topic.routes}
BY_WORKFLOW = {topic.workflow: topic.name for topic in TOPICS.values() if topic.workflow}
FIRST = "start"


def topic_of(route: str) -> str:
    """The topic that explains a route."""
    return BY_ROUTE.get(route, FIRST)


def topic_of_workflow(name: str) -> str:
    """The topic that explains a workflow and shows its picture."""
    return BY_WORKFLOW.get(name, FIRST)
