"""What is ordered of Aliyun for a call, and when an account could make none."""

import json

import pytest

from notifier.channel import SendFailed, Verdict
from notifier.providers.accounts import faults_of
from notifier.providers.aliyun_voice.account import VoiceSettings
from notifier.providers.aliyun_voice.compose import freeze
from tests.support.channel_contents import content
from tests.support.voice import ALIYUN, CALLER

SETTINGS = VoiceSettings.model_validate(ALIYUN.settings)
WIDE = {
    "default": {
        "code": "TTS_1",
        "text": "${a}，${b}，${c}",
        "variables": {name: {"source": "summary", "length": 200} for name in "abc"},
    }
}


def test_menu_is_ordered_as_a_list_in_the_query() -> None:
    call = freeze(content(unique_id="y1-1"), SETTINGS)
    assert call.action == "IvrCall"
    wanted = {"MenuKeyMap.1.Key": "1", "MenuKeyMap.1.Code": "TTS_2", "Timeout": "8000", "OutId": "y1-1"}
    assert wanted.items() <= call.request.items()
    assert call.request["CalledShowNumber"] == CALLER
    assert set(json.loads(call.request["StartTtsParams"])) == {"level", "what"}


def test_without_a_menu_the_call_only_tells() -> None:
    call = freeze(content(), VoiceSettings.model_validate(ALIYUN.settings | {"menu": {}}))
    assert call.action == "SingleCallByTts"
    assert {"TtsCode": "TTS_1", "Volume": "100", "Speed": "0"}.items() <= call.request.items()


def test_id_that_reports_could_not_repeat_is_left_out() -> None:
    assert "OutId" not in freeze(content(unique_id="x" * 16), SETTINGS).request


def test_variables_stay_within_what_a_call_takes_in_all() -> None:
    settings = SETTINGS.model_copy(
        update={"templates": VoiceSettings.model_validate(ALIYUN.settings | {"templates": WIDE}).templates}
    )
    call = freeze(content(summary="长" * 300), settings)
    assert len(call.request["StartTtsParams"]) <= 249
    assert all(json.loads(call.request["StartTtsParams"]).values())


def test_account_without_a_fitting_template_is_named() -> None:
    own = {"alarm.alarm": ALIYUN.settings["templates"]["default"]}
    with pytest.raises(SendFailed) as caught:
        freeze(content(kind="repair.x"), VoiceSettings.model_validate(ALIYUN.settings | {"templates": own}))
    assert caught.value.verdict is Verdict.CONFIGURATION


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"caller_number": ""}, "menu"),
        ({"acknowledge_key": "2"}, "menu"),
        ({"menu": {"12": "TTS_2"}}, "menu"),
        ({"play_times": 4}, "play_times"),
        ({"caller_number": "0571-0000"}, "caller_number"),
        ({"templates": {}}, "templates"),
    ],
)
def test_settings_that_could_make_no_call_are_refused_by_their_field(
    change: dict[str, object], field: str
) -> None:
    assert field in faults_of("voice", ALIYUN.settings | change, ALIYUN.secrets)
    assert faults_of("voice", ALIYUN.settings, ALIYUN.secrets) == set()
