"""The organisations of the demo. Regions are real (GB/T 2260); everything within them is made up."""

import base64
import random
from dataclasses import dataclass

DEMO = "（演示）"
NATION_CODE = "DEMO"
NATION, PROVINCE = "nation", "province"


@dataclass(frozen=True)
class Organisation:
    """An organisation under its key in the demo; parents come before children."""

    key: str
    parent: str | None
    kind: str
    name: str
    code: str | None = None


CITIES = {
    "320100": "南京市",
    "320200": "无锡市",
    "320300": "徐州市",
    "320400": "常州市",
    "320500": "苏州市",
    "320600": "南通市",
    "320700": "连云港市",
    "320800": "淮安市",
    "320900": "盐城市",
    "321000": "扬州市",
    "321100": "镇江市",
    "321200": "泰州市",
    "321300": "宿迁市",
}
RADIOLOGY, NUCLEAR, RADIOTHERAPY, THEATRE, EQUIPMENT = "放射科", "核医学科", "放疗科", "手术室", "医学装备处"
CLINICAL = (RADIOLOGY, NUCLEAR, RADIOTHERAPY, THEATRE)
DEPARTMENTS = (*CLINICAL, EQUIPMENT)

# Key, city, name, made-up unified social credit code with a right check digit.
HOSPITALS = (
    ("h1", "320100", "示例市第一人民医院", "1232010000000DM14W"),
    ("h2", "320500", "示例市中心医院", "1232050000000DM22C"),
    ("h3", "320300", "样例市肿瘤医院", "1232030000000DM30W"),
    ("h4", "320600", "样例市中医院", "1232060000000DM499"),
)


def organisations() -> list[Organisation]:
    """The whole tree, from the root."""
    tree = [
        Organisation(NATION, None, "nation", "国家卫生健康委员会" + DEMO),
        Organisation(PROVINCE, NATION, "province", "江苏省卫生健康委员会" + DEMO, "320000"),
    ]
    tree += [
        Organisation(code, PROVINCE, "city", f"{name}卫生健康委员会{DEMO}", code)
        for code, name in CITIES.items()
    ]
    for key, city, name, code in HOSPITALS:
        tree.append(Organisation(key, city, "hospital", name + DEMO, code))
        tree += [Organisation(department(key, name), key, "department", name) for name in DEPARTMENTS]
    return tree


def department(hospital: str, name: str) -> str:
    """The key of a hospital's department."""
    return f"{hospital}/{name}"


def token(seed: int, *names: str) -> str:
    """128 bits in base64url, the same for the same names: unlike real tokens these can be guessed."""
    drawn = random.Random(f"{seed}/{'/'.join(names)}").randbytes(16)  # noqa: S311 - the demo is to repeat itself
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")
