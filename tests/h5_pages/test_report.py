"""From the label on the device to the follow-up page, without an account."""

from tests.support.pages import Pages, picture
from tests.support.world import LABEL

REPORT = f"/d/{LABEL}/report"
TYPED = {"fault": "No image on the screen", "name": "A nurse", "email": "nurse@example.org"}


async def test_a_label_shows_the_minimum_and_one_button_without_sign_in(pages: Pages) -> None:
    page = await (await pages.visitor()).get(f"/d/{LABEL}")
    assert page.status == 200
    assert "CT scanner" in page.text
    assert f'href="{REPORT}"' in page.text
    assert "Serial number" not in page.text


async def test_an_unknown_label_gets_a_page_that_says_what_to_do(pages: Pages) -> None:
    page = await (await pages.visitor()).get("/d/nothing-of-ours")
    assert page.status == 404
    assert "scan the label on the device again" in page.text


async def test_a_revoked_label_says_that_it_was_replaced_and_shows_nothing_else(pages: Pages) -> None:
    await pages.db.execute("UPDATE device_label SET revoked_at = now()")
    visitor = await pages.visitor()
    for path in (f"/d/{LABEL}", REPORT):
        page = await visitor.get(path)
        assert page.status == 410
        assert "This label was replaced" in page.text
        assert "CT" not in page.text


async def test_a_reporter_without_account_comes_to_a_follow_up_page(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    answer = await visitor.post_files(REPORT, TYPED, ("front.jpg", picture()))
    assert answer.status == 303
    assert answer.location.startswith("/f/")
    page = await visitor.get(answer.location)
    assert page.status == 200
    assert "No image on the screen" in page.text
    assert "Reported" in page.text
    assert f'src="{answer.location}/files/' in page.text


async def test_the_same_form_sent_twice_opens_one_case(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    first, second = [await visitor.post(REPORT, TYPED) for _ in range(2)]
    assert first.location == second.location
    rows = await pages.db.fetch("SELECT id FROM work_case")
    assert len(rows) == 1


async def test_what_was_typed_and_the_photos_stay_when_a_field_is_wrong(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    wrong = await visitor.post_files(REPORT, {**TYPED, "email": "nurse at home"}, ("front.jpg", picture()))
    assert wrong.status == 422
    assert "Please check the e-mail address." in wrong.text
    assert "No image on the screen" in wrong.text
    kept = wrong.hidden("kept_photo")
    right = await visitor.post(REPORT, {**TYPED, "kept_photo": kept})
    assert right.status == 303
    assert len(await pages.db.fetch("SELECT id FROM attachment")) == 1


async def test_a_kept_photo_that_was_not_signed_here_is_passed_over(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    answer = await visitor.post(REPORT, {**TYPED, "kept_photo": f"{'0' * 64}.forged.x.jpg"})
    assert answer.status == 303
    assert await pages.db.fetch("SELECT id FROM attachment") == []


async def test_a_photo_of_20_mb_is_refused_and_nothing_else_is_lost(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    huge = bytes(20 * 1024 * 1024)
    answer = await visitor.post_files(REPORT, TYPED, ("small.jpg", picture()), ("huge.jpg", huge))
    assert answer.status == 413
    assert "“huge.jpg” is larger than 12 MB" in answer.text
    assert "No image on the screen" in answer.text
    assert "small.jpg" in answer.text


async def test_a_text_that_is_called_jpg_is_refused_with_a_reason(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    answer = await visitor.post_files(REPORT, TYPED, ("front.jpg", b"I am a text"))
    assert answer.status == 422
    assert "not a picture" in answer.text


async def test_somebody_signed_in_is_asked_for_no_name_and_comes_to_the_case(pages: Pages) -> None:
    nurse = await pages.person(pages.world.reporter)
    form = await nurse.get(REPORT)
    assert 'name="name"' not in form.text
    answer = await nurse.post(REPORT, {"fault": "Table does not move"})
    assert answer.location.startswith("/cases/WX")


async def test_html_in_a_report_is_shown_as_text(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    answer = await visitor.post(REPORT, {**TYPED, "fault": "<script>alert(1)</script>"})
    page = await visitor.get(answer.location)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text


async def test_a_zero_byte_in_a_text_does_no_harm(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    assert (await visitor.post(REPORT, {**TYPED, "fault": "No\x00image"})).status == 303


async def test_the_engineer_sees_how_to_reach_a_reporter_without_account(pages: Pages) -> None:
    visitor = await pages.visitor()
    await visitor.get(REPORT)
    await visitor.post(REPORT, {**TYPED, "phone": "+86 25 8888 0000"})
    engineer = await pages.person(pages.world.engineer)
    (case,) = await pages.db.fetch("SELECT number FROM work_case")
    page = await engineer.get(f"/cases/{case['number']}")
    assert 'href="tel:+86 25 8888 0000"' in page.text
    assert "nurse@example.org" in page.text
