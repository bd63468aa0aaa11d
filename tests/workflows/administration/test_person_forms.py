"""Every role can be held somewhere, and those of authorities only there."""

from workflows.administration.organisation_kinds import BELOW, Kind
from workflows.administration.person_forms import PLACES
from workflows.identity.roles import Role

AUTHORITIES = {Kind.NATION, Kind.PROVINCE, Kind.CITY}


def test_every_role_may_be_held_somewhere() -> None:
    assert {role for role, places in PLACES.items() if places} == set(Role)


def test_an_authoritys_role_cannot_be_held_in_a_hospital() -> None:
    for role in (Role.CITY_OFFICER, Role.PROVINCE_OFFICER):
        assert set(PLACES[role]) <= AUTHORITIES


def test_below_a_hospital_there_are_departments_alone() -> None:
    assert set(BELOW) == set(Kind)
    assert {kind for below in (Kind.HOSPITAL, Kind.DEPARTMENT) for kind in BELOW[below]} == {Kind.DEPARTMENT}
