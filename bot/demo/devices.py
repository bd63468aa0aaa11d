"""The devices of the demo: every licensed type of both catalogues, 60 in all."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.demo.data import NUCLEAR, RADIOLOGY, RADIOTHERAPY, THEATRE, department
from storage.device_types import DeviceType, LicenceClass, licence_class

T = DeviceType


@dataclass(frozen=True)
class Device:
    """A device at a department (by its key). `number` is short enough to be typed in a chat."""

    number: str
    type: DeviceType
    name: str
    maker: str
    model: str
    serial: str
    organisation: str
    location: str
    licence_number: str | None
    installed_on: date
    price: Decimal

    @property
    def category(self) -> str:
        """A or B as its licence says, empty where none was asked for."""
        return {"甲": "A", "乙": "B"}.get((self.licence_number or " ")[0], "")

    @property
    def purchased_on(self) -> date:
        return self.installed_on - timedelta(days=60)

    @property
    def warranty_until(self) -> date:
        """Three years from the installation."""
        return self.installed_on + timedelta(days=3 * 365)


@dataclass(frozen=True)
class _Kind:
    """`code` is the class code within licence numbers, as provincial systems write it under the 2018 catalogue."""

    prefix: str
    name: str
    maker: str
    model: str
    department: str
    room: str
    code: str


IMAGING, BEAM, ROBOT = "示例影像科技（演示）", "样例放疗设备（演示）", "范例手术机器人（演示）"
KINDS = {
    T.CT: _Kind("CT", "X 射线计算机体层摄影设备", IMAGING, "DEMO CT 128", RADIOLOGY, "CT 室", "03"),
    T.MR: _Kind("MR", "医用磁共振成像设备", IMAGING, "DEMO MR 3.0T", RADIOLOGY, "磁共振室", "04"),
    T.PET_CT: _Kind(
        "PETCT", "正电子发射及 X 射线计算机断层成像系统", IMAGING, "DEMO PC 64", NUCLEAR, "PET/CT 室", "01"
    ),
    T.PET_MR: _Kind(
        "PETMR", "正电子发射及磁共振成像系统", IMAGING, "DEMO PM 3.0T", NUCLEAR, "PET/MR 室", "03"
    ),
    T.LINAC: _Kind("LA", "医用直线加速器", BEAM, "DEMO LA 6", RADIOTHERAPY, "加速器室", "05"),
    T.TOMOTHERAPY: _Kind("TOMO", "螺旋断层放射治疗系统", BEAM, "DEMO TH 6", RADIOTHERAPY, "断层放疗室", "04"),
    T.GAMMA_KNIFE: _Kind(
        "GK", "伽玛射线立体定向放射治疗系统", BEAM, "DEMO GK 192", RADIOTHERAPY, "伽玛刀室", "06"
    ),
    T.X_RAY_RADIOSURGERY: _Kind(
        "XRS", "X 射线立体定向放射外科治疗系统", BEAM, "DEMO XR 6", RADIOTHERAPY, "放射外科室", "04"
    ),
    T.MR_LINAC: _Kind(
        "MRL", "磁共振引导放射治疗系统", BEAM, "DEMO ML 1.5T", RADIOTHERAPY, "磁共振放疗室", "04"
    ),
    T.PROTON: _Kind("PT", "质子放射治疗系统", BEAM, "DEMO PT 230", RADIOTHERAPY, "质子治疗室", "02"),
    T.HEAVY_ION: _Kind("HI", "重离子放射治疗系统", BEAM, "DEMO HI 430", RADIOTHERAPY, "重离子治疗室", "01"),
    T.SURGICAL_ROBOT: _Kind("ROB", "腹腔内窥镜手术系统", ROBOT, "DEMO RS 4", THEATRE, "手术间", "02"),
}
FLEET = {
    "h1": {T.CT: 3, T.MR: 2, T.PET_CT: 1, T.PET_MR: 1, T.LINAC: 2, T.TOMOTHERAPY: 1, T.GAMMA_KNIFE: 1,
           T.X_RAY_RADIOSURGERY: 1, T.MR_LINAC: 1, T.PROTON: 1, T.SURGICAL_ROBOT: 2},
    "h2": {T.CT: 3, T.MR: 2, T.PET_CT: 1, T.PET_MR: 1, T.LINAC: 2, T.TOMOTHERAPY: 1, T.GAMMA_KNIFE: 1,
           T.SURGICAL_ROBOT: 2},
    "h3": {T.CT: 2, T.MR: 2, T.PET_CT: 2, T.PET_MR: 1, T.LINAC: 3, T.TOMOTHERAPY: 1, T.GAMMA_KNIFE: 1,
           T.X_RAY_RADIOSURGERY: 1, T.MR_LINAC: 1, T.PROTON: 1, T.HEAVY_ION: 1, T.SURGICAL_ROBOT: 1},
    "h4": {T.CT: 4, T.MR: 3, T.PET_CT: 1, T.LINAC: 2, T.TOMOTHERAPY: 1, T.GAMMA_KNIFE: 1, T.SURGICAL_ROBOT: 2},
}  # fmt: skip
# Under the catalogue of 2018 all of these types needed a licence; under that of 2023, CT and MR do not.
FIRST_DAY, LAST_2018_DAY, FIRST_2023_DAY = date(2019, 1, 1), date(2023, 3, 2), date(2023, 9, 1)


def devices(seed: int) -> list[Device]:
    """All devices, the same for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - the demo is to repeat itself
    return [_device(place, *spec, rng) for place, spec in enumerate(_places(), start=1)]


def _places() -> Iterator[tuple[str, DeviceType, int]]:
    for hospital, fleet in FLEET.items():
        for kind, count in fleet.items():
            for nth in range(1, count + 1):
                yield hospital, kind, nth


def _device(place: int, hospital: str, kind: DeviceType, nth: int, rng: random.Random) -> Device:
    k = KINDS[kind]
    day = FIRST_DAY + timedelta(days=rng.randrange((LAST_2018_DAY - FIRST_DAY).days))
    if kind is T.CT and nth > 1:
        day = FIRST_2023_DAY + timedelta(days=rng.randrange(365))
    return Device(
        number=f"{k.prefix}-{hospital[1:]}{nth:02d}",
        type=kind,
        name=f"{k.name} {nth} 号",
        maker=k.maker,
        model=k.model,
        serial=f"DEMO-{k.prefix}-{place:04d}",
        organisation=department(hospital, k.department),
        location=f"{k.room} {nth}",
        licence_number=_licence(licence_class(kind, day), k.code, place),
        installed_on=day,
        price=Decimal(rng.randrange(80, 400)) * 100_000,
    )


def _licence(asked: LicenceClass | None, code: str, place: int) -> str | None:
    """Class, 10 for Jiangsu, class code, ladder (1 to 3), serial: 乙1001100001."""
    return f"{asked}10{code}{place % 3 + 1}{place:05d}" if asked else None
