from notifier.providers.wecom.token import Token, TokenCache
from tests.support.channel_contents import ManualClock


async def test_late_refusal_of_an_old_token_leaves_the_new_one() -> None:
    fetched: list[str] = []

    async def fetch(stale: str) -> Token:
        fetched.append(f"token-{len(fetched)}")
        return Token(fetched[-1], 7200)

    cache = TokenCache(fetch, ManualClock())
    old = await cache.get()
    for _ in range(3):
        cache.invalidate(old)
        assert await cache.get() == "token-1"
    assert len(fetched) == 2
