from datetime import date

import pytest

from storage.device_types import CATALOGUES, DEVICE_TYPE_LABELS, DeviceType, LicenceClass, licence_class

BEFORE, AFTER = date(2023, 3, 2), date(2023, 3, 3)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (DeviceType.CT, LicenceClass.PROVINCIAL, None),
        (DeviceType.MR, LicenceClass.PROVINCIAL, None),
        (DeviceType.PET_MR, LicenceClass.NATIONAL, LicenceClass.PROVINCIAL),
        (DeviceType.TOMOTHERAPY, LicenceClass.NATIONAL, LicenceClass.PROVINCIAL),
        (DeviceType.PROTON, LicenceClass.NATIONAL, LicenceClass.NATIONAL),
        (DeviceType.LINAC, LicenceClass.PROVINCIAL, LicenceClass.PROVINCIAL),
    ],
)
def test_the_catalogue_in_force_on_the_day_decides(
    kind: DeviceType, before: LicenceClass, after: LicenceClass | None
) -> None:
    assert licence_class(kind, BEFORE) is before
    assert licence_class(kind, AFTER) is after


def test_before_the_first_catalogue_nothing_is_said() -> None:
    assert licence_class(DeviceType.CT, date(2010, 1, 1)) is None


def test_every_type_has_a_label_and_stands_in_some_catalogue() -> None:
    assert set(DEVICE_TYPE_LABELS) == set(DeviceType)
    assert set().union(*CATALOGUES.values()) == set(DeviceType)
