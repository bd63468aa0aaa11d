"""Whom a wait that Telegram asked for holds up."""

from notifier.providers.telegram.pauses import Pauses

ANN, BOB, EVE, GROUP, CLUB = 1, 2, 3, -4, -5


def waits(*asked: tuple[int, float]) -> dict[int, float]:
    pauses = Pauses(lambda: 100.0)
    for chat, seconds in asked:
        pauses.asked(7, chat, seconds)
    return {chat: pauses.left(7, chat) for chat in (ANN, EVE, GROUP)}


def test_one_that_waits_holds_up_nobody_else() -> None:
    assert waits((ANN, 5)) == {ANN: 5, EVE: 0, GROUP: 0}


def test_two_people_that_wait_are_the_whole_bots_limit() -> None:
    assert waits((ANN, 5), (BOB, 7)) == {ANN: 7, EVE: 7, GROUP: 7}


def test_groups_that_have_had_their_minute_hold_up_no_people() -> None:
    assert waits((GROUP, 40), (CLUB, 50), (ANN, 2)) == {ANN: 2, EVE: 0, GROUP: 40}


def test_another_bot_is_not_concerned() -> None:
    pauses = Pauses(lambda: 100.0)
    for chat in (ANN, BOB):
        pauses.asked(7, chat, 5)
    assert pauses.left(8, ANN) == 0
