"""SMS that a cloud refuses for our own mistake: a wrong key, a wrong clock. The next way is taken at once."""

from datetime import timedelta

from tests.support.sms_road import SmsRoad, sms_road


async def ways(road: SmsRoad) -> list[tuple[str, str, str]]:
    rows = await road.ledger()
    assert {row["message_state"] for row in rows} == {"sent"}
    return [(row["channel"], row["state"], row["error_code"]) for row in rows]


async def test_wrong_signature_leads_to_the_second_provider(database_url: str) -> None:
    async with sms_road(database_url, secret="another") as road:
        await road.ask_the_head()
        assert await ways(road) == [
            ("sms", "refused", "SignatureDoesNotMatch"),
            ("tencent_sms", "accepted", ""),
        ]
        assert len((await road.state())["sms"]) == 1


async def test_clock_an_hour_behind_leads_past_both_providers_to_the_mailbox(database_url: str) -> None:
    async with sms_road(database_url, ahead=timedelta(hours=1)) as road:
        await road.ask_the_head()
        assert await ways(road) == [
            ("sms", "refused", "InvalidTimeStamp.Expired"),
            ("tencent_sms", "refused", "AuthFailure.SignatureExpire"),
            ("email", "accepted", ""),
        ]
        assert (await road.state())["sms"] == []
