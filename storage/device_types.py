"""Types of large medical equipment (大型医用设备), and which of them need a licence under which catalogue.

Catalogues: 国卫规划发〔2018〕5号 of 2018-03-29 and 国卫财务发〔2023〕7号 of 2023-03-03. The catalogues also name
a lowest price and, for CT and MR, what the device can do at least (64 slices, 1.5 T); that is not looked at here.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from storage.texts import N_


class DeviceType(StrEnum):
    """What kind of device it is."""

    CT = "ct"
    MR = "mr"
    PET_CT = "pet_ct"
    PET_MR = "pet_mr"
    LINAC = "linac"
    TOMOTHERAPY = "tomotherapy"
    GAMMA_KNIFE = "gamma_knife"
    X_RAY_RADIOSURGERY = "x_ray_radiosurgery"
    MR_LINAC = "mr_linac"
    PROTON = "proton"
    HEAVY_ION = "heavy_ion"
    SURGICAL_ROBOT = "surgical_robot"


DEVICE_TYPE_LABELS: Mapping[DeviceType, str] = {
    DeviceType.CT: N_("CT scanner"),
    DeviceType.MR: N_("MR scanner"),
    DeviceType.PET_CT: N_("PET/CT"),
    DeviceType.PET_MR: N_("PET/MR"),
    DeviceType.LINAC: N_("Linear accelerator"),
    DeviceType.TOMOTHERAPY: N_("Helical tomotherapy"),
    DeviceType.GAMMA_KNIFE: N_("Gamma knife"),
    DeviceType.X_RAY_RADIOSURGERY: N_("Stereotactic X-ray radiosurgery"),
    DeviceType.MR_LINAC: N_("MR-guided radiotherapy"),
    DeviceType.PROTON: N_("Proton therapy"),
    DeviceType.HEAVY_ION: N_("Heavy-ion therapy"),
    DeviceType.SURGICAL_ROBOT: N_("Laparoscopic surgical robot"),
}


class LicenceClass(StrEnum):
    """Who licenses: the national commission (甲类) or the provincial one (乙类)."""

    NATIONAL = "甲"
    PROVINCIAL = "乙"


_NATIONAL_2018 = (
    DeviceType.HEAVY_ION,
    DeviceType.PROTON,
    DeviceType.PET_MR,
    DeviceType.X_RAY_RADIOSURGERY,
    DeviceType.MR_LINAC,
    DeviceType.TOMOTHERAPY,
)
_PROVINCIAL_2018 = (
    DeviceType.PET_CT,
    DeviceType.SURGICAL_ROBOT,
    DeviceType.CT,
    DeviceType.MR,
    DeviceType.LINAC,
    DeviceType.GAMMA_KNIFE,
)
_NATIONAL_2023 = (
    DeviceType.HEAVY_ION,
    DeviceType.PROTON,
    DeviceType.X_RAY_RADIOSURGERY,
    DeviceType.MR_LINAC,
)
_PROVINCIAL_2023 = (
    DeviceType.PET_MR,
    DeviceType.PET_CT,
    DeviceType.SURGICAL_ROBOT,
    DeviceType.LINAC,
    DeviceType.TOMOTHERAPY,
    DeviceType.GAMMA_KNIFE,
)


def _catalogue(
    national: tuple[DeviceType, ...], provincial: tuple[DeviceType, ...]
) -> Mapping[DeviceType, LicenceClass]:
    return {
        **dict.fromkeys(national, LicenceClass.NATIONAL),
        **dict.fromkeys(provincial, LicenceClass.PROVINCIAL),
    }


CATALOGUES: Mapping[date, Mapping[DeviceType, LicenceClass]] = {
    date(2018, 3, 29): _catalogue(_NATIONAL_2018, _PROVINCIAL_2018),
    date(2023, 3, 3): _catalogue(_NATIONAL_2023, _PROVINCIAL_2023),
}


def licence_class(kind: DeviceType, on: date) -> LicenceClass | None:
    """The class of licence that the catalogue in force on that day asks for; None when it asks for none."""
    in_force = max((start for start in CATALOGUES if start <= on), default=None)
    return CATALOGUES[in_force].get(kind) if in_force else None
