"""A UDI behind a scanner's prefix fills in what it knows, and is shown in its parts."""

from tests.h5_pages.test_device_admin import RIGHT
from tests.support.pages import Pages
from tests.support.world import add_device

SCANNED = "]d2010690123456789211260200172712311021-A\x1d21S-77"


async def test_what_is_scanned_fills_in_serial_number_and_day_and_is_shown_in_its_parts(pages: Pages) -> None:
    visitor = await pages.person(pages.world.head)
    await visitor.get("/devices/new")
    typed = {**RIGHT, "udi": SCANNED, "serial": "", "made_on": "", "unit": str(pages.world.department)}
    typed |= dict.fromkeys(("purchased_on", "installed_on", "reported_on", "warranty_until"), "")
    answer = await visitor.post("/devices/new", typed)
    assert answer.status == 303, answer.text
    row = await pages.db.fetchrow(
        "SELECT udi, serial, made_on FROM device WHERE number = $1", RIGHT["number"]
    )
    assert row is not None
    assert (row["udi"], row["serial"]) == ("(01)06901234567892(11)260200(17)271231(10)21-A(21)S-77", "S-77")
    assert str(row["made_on"]) == "2026-02-28"
    page = (await visitor.get(answer.location)).text
    for caption, value in (
        ("UDI: product (DI)", "06901234567892"),
        ("UDI: lot", "21-A"),
        ("UDI: serial number", "S-77"),
        ("UDI: made on", "2026-02-28"),
        ("UDI: expires on", "2027-12-31"),
    ):
        assert f'<dt>{caption}</dt><dd class="text">{value}</dd>' in page


async def test_other_issuers_are_named_and_an_old_slip_breaks_no_page(pages: Pages) -> None:
    visitor = await pages.person(pages.world.head)
    for nth, (udi, shown) in enumerate((("MA.156.M0.1", "MA"), ("(01)06901234567893", ""))):
        device = await add_device(pages.db, pages.world.department, f"U-{nth}")
        await pages.db.execute("UPDATE device SET udi = $2 WHERE id = $1", device, udi)
        page = (await visitor.get(f"/devices/{device}")).text
        assert udi in page
        assert ("UDI: issued under the rules of" in page) == bool(shown)
