"""How much each kind of account takes, for one address and in all."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

from notifier.budget import Budget

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEAR = 0.8


def _in_all(count: int, window: timedelta, reserve: int = 0) -> Budget:
    per: Literal["account"] = "account"
    return Budget(count, window, per, reserve)


# WeCom drops the 31st message to a member within a minute, and the 1001st within an hour, without a word.
MEMBERS = (
    Budget(30, MINUTE, reserve=4, near=NEAR),
    Budget(1000, HOUR, reserve=50, near=NEAR),
)
# Aliyun calls a number once a minute, 5 times an hour and 20 times a day; Tencent Cloud publishes no figures.
CALLS = (Budget(1, MINUTE), Budget(5, HOUR), Budget(20, DAY))
BUDGETS: Mapping[str, Sequence[Budget]] = {
    # What the account takes in a day (its limit of members times 200) is in its settings: `daily_quota`.
    "wecom": MEMBERS,
    "wecom_bot": MEMBERS,
    "wecom_robot": (_in_all(20, MINUTE, reserve=4),),
    # It says so with 429 when a bot sends too many: 30 a second in all, one a second in a chat, 20 a minute in a group.
    "telegram": (Budget(1, SECOND), Budget(20, MINUTE, reserve=4, only_groups=True), _in_all(30, SECOND)),
    # 50 notices a day for one number and template; for the number alone it holds whatever the template.
    "sms": (Budget(50, DAY, reserve=5, near=NEAR),),
    # 10 a day for one number, unless its console says otherwise.
    "tencent_sms": (Budget(10, DAY, reserve=2, near=NEAR),),
    "voice": CALLS,
    "tencent_voice": CALLS,
}
