"""The page of texts: what each account would send, how long it is and may be, and for whom."""

import pytest

from notifier.trim import fit_bytes, noting
from tests.support.pages import Pages, Visitor
from tests.support.sample_accounts import SAMPLE_ACCOUNTS
from tests.support.world import add_account, add_organisation, add_person
from workflows.identity.roles import Role
from workflows.registry import all_workflows

KINDS = [kind.name for kind in all_workflows().vocabulary()]


async def administrator(pages: Pages, organisation: int | None = None) -> Visitor:
    place = organisation or pages.world.hospital
    return await pages.person(await add_person(pages.db, place, "Keeper", Role.ADMINISTRATOR))


async def account(pages: Pages, kind: str, **changes: object) -> int:
    sample = SAMPLE_ACCOUNTS[kind]
    settings = {**sample.settings, **changes}
    return await add_account(
        pages.db, pages.world.hospital, kind, f"our-{kind}", settings, sample.secrets, pages.master
    )


@pytest.mark.parametrize(
    ("kind", "measure"), [("wecom", "columns"), ("telegram", "characters"), ("sms", "parts: ")]
)
async def test_every_kind_is_shown_as_its_channel_composes_it(pages: Pages, kind: str, measure: str) -> None:
    number = await account(pages, kind)
    page = await (await administrator(pages)).get(f"/admin/texts?account={number}&language=en")
    assert [name for name in KINDS if f">{name}<" not in page.text] == []
    assert f"Texts: {len(KINDS)}." in page.text
    assert measure in page.text
    assert "WX2026-000001" in page.text


async def test_what_cannot_be_sent_says_why_and_can_be_shown_alone(pages: Pages) -> None:
    number = await account(pages, "sms", templates={})
    visitor = await administrator(pages)
    page = await visitor.get(f"/admin/texts?account={number}&faulty=1")
    assert f"Need attention: {len(KINDS)}" in page.text
    assert page.text.count(">needs attention<") == len(KINDS)


async def test_texts_are_for_administrators_of_where_the_account_serves(pages: Pages) -> None:
    number = await account(pages, "wecom")
    other = await add_organisation(pages.db, "hospital", "Elsewhere")
    assert (await (await administrator(pages, other)).get(f"/admin/texts?account={number}")).status == 404
    assert (await (await pages.person(pages.world.engineer)).get("/admin/texts")).status == 403


async def test_an_account_of_an_organisation_above_can_be_looked_at_from_below(pages: Pages) -> None:
    number = await account(pages, "telegram")
    below = await administrator(pages, pages.world.department)
    assert f"Texts: {len(KINDS)}." in (await below.get(f"/admin/texts?account={number}")).text


async def test_without_an_account_the_page_says_what_to_do(pages: Pages) -> None:
    lonely = await administrator(pages, await add_organisation(pages.db, "hospital", "New one"))
    assert "Add one first" in (await lonely.get("/admin/texts")).text


def test_a_channel_tells_how_long_a_text_was_and_may_be() -> None:
    with noting() as fitted:
        fit_bytes("x" * 30, 20)
        fit_bytes("x", 20)
    assert [(each.used, each.limit, each.share > 1) for each in fitted] == [(30, 20, True), (1, 20, False)]
    assert fit_bytes("x" * 30, 20).endswith("…")
