"""The people of the demo, named by what they do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from bot.demo.data import (
    CITIES,
    CLINICAL,
    DEMO,
    HOSPITALS,
    NATION,
    NUCLEAR,
    PROVINCE,
    RADIOLOGY,
    RADIOTHERAPY,
    THEATRE,
)
from bot.demo.data import department as department_key
from workflows.identity.roles import Role

PASSWORD = "yishe-demo"  # noqa: S105 - shown to whoever starts the demo
MAIL_DOMAIN = "demo.example"
STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Person:
    """Somebody with one role at one organisation (by its key).

    `mobile` is empty for who gets no SMS, `calls` for who is not called when it is critical.

    `telegram` is the id of their chat, None for who is not linked; `telegram_first` is who has no WeCom.
    """

    username: str
    name: str
    title: str
    role: Role
    organisation: str
    mail_only: bool = False
    mobile: str = ""
    calls: str = ""
    telegram: int | None = None
    telegram_first: bool = False

    @property
    def mail(self) -> str:
        return f"{self.username}@{MAIL_DOMAIN}"


@dataclass(frozen=True)
class _Job:
    username: str
    title: str
    role: Role
    mail_only: bool = False
    sms: bool = False
    called: bool = False
    telegram_first: bool = False


# Who has Telegram on their phone. Everybody but the first engineer is linked: with that one linking can be tried.
TELEGRAM_IDS = {"engineer": 700000001, "engineer2": 700000002, "head": 700000003, "deputy": 700000004}
NOT_LINKED = frozenset({"engineer"})
DEPUTY = _Job("deputy", "装备处副处长", Role.EQUIPMENT_HEAD, sms=True, telegram_first=True)
HOSPITAL_JOBS = (
    _Job("engineer", "医学工程师", Role.ENGINEER, sms=True, called=True),
    _Job("engineer2", "医学工程师", Role.ENGINEER, sms=True, called=True),
    _Job("head", "装备处处长", Role.EQUIPMENT_HEAD, sms=True, called=True),
    _Job("director", "分管副院长", Role.VICE_DIRECTOR, sms=True, called=True),
    _Job("safety", "安全员", Role.SAFETY_OFFICER, sms=True),
    _Job("licence", "配置证联系人", Role.LICENCE_CONTACT, mail_only=True, sms=True),
    _Job("hospital-admin", "本院管理员", Role.ADMINISTRATOR, mail_only=True),
)
DEPARTMENT_JOBS = (
    _Job("reporter", "技师", Role.MEDICAL_STAFF),
    _Job("depthead", "科主任", Role.DEPARTMENT_HEAD),
)
SHORT = {RADIOLOGY: "", NUCLEAR: "-nm", RADIOTHERAPY: "-rt", THEATRE: "-or"}


def people() -> list[Person]:
    """Everybody; the first hospital first, whose user names are the plain ones."""
    seen: Counter[str] = Counter()
    mobiles = (f"199{number:08d}" for number in count(1))  # which nobody has
    made = []
    for username, job, organisation in _posts():
        mobile = next(mobiles) if job.sms else ""
        calls = mobile if job.called else ""
        made.append(replace(_named(username, job, organisation, seen), mobile=mobile, calls=calls))
    return made


def _posts() -> Iterator[tuple[str, _Job, str]]:
    for hospital, *_ in HOSPITALS:
        prefix = "" if hospital == "h1" else f"{hospital}-"
        for name in CLINICAL:
            for job in DEPARTMENT_JOBS:
                yield f"{prefix}{job.username}{SHORT[name]}", job, department_key(hospital, name)
        for job in HOSPITAL_JOBS:
            yield prefix + job.username, job, hospital
        if hospital == "h1":
            yield DEPUTY.username, DEPUTY, hospital
    yield "auditor", _Job("auditor", "审计员", Role.AUDITOR, mail_only=True), PROVINCE
    yield "admin", _Job("admin", "全省管理员", Role.ADMINISTRATOR), PROVINCE
    yield (
        "province",
        _Job("province", "省卫健委专员", Role.PROVINCE_OFFICER, mail_only=True, sms=True),
        PROVINCE,
    )
    for place, code in enumerate(CITIES):
        username = "city" if place == 0 else f"city-{code}"
        yield username, _Job("city", "市卫健委专员", Role.CITY_OFFICER, mail_only=True, sms=True), code
    yield (
        "nation",
        _Job("nation", "国家卫生健康主管部门人员", Role.PROVINCE_OFFICER, mail_only=True, sms=True),
        NATION,
    )


def _named(username: str, job: _Job, organisation: str, seen: Counter[str]) -> Person:
    stem = STEMS[seen[job.title]]
    seen[job.title] += 1
    return Person(
        username,
        f"{job.title}{stem}{DEMO}",
        job.title,
        job.role,
        organisation,
        job.mail_only,
        telegram=None if username in NOT_LINKED else TELEGRAM_IDS.get(username),
        telegram_first=job.telegram_first,
    )
