import random
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.sandbox.app import Surroundings
from bot.sandbox.config import SandboxConfig, load_config
from bot.sandbox.errors import BindRefusedError, ConfigError, RealCredentialsError
from bot.sandbox.serve import running
from tests.support.sandbox import FakeTime, app_entry, config_entry, with_callback


def test_corpid_that_could_be_real_is_refused() -> None:
    entry = config_entry()
    entry["corps"][0]["corpid"] = "ww5823bf96d3bd56c7"
    with pytest.raises(RealCredentialsError, match="corpid"):
        SandboxConfig.model_validate(entry)


def test_secret_that_could_be_real_is_refused_and_not_repeated() -> None:
    entry = config_entry()
    entry["corps"][0]["apps"] = [app_entry(secret="8mKzReal")]
    with pytest.raises(RealCredentialsError) as caught:
        SandboxConfig.model_validate(entry)
    assert "8mKzReal" not in str(caught.value)


def test_callback_beyond_this_machine_needs_permission() -> None:
    entry = with_callback("https://hospital.example/wecom")
    with pytest.raises(RealCredentialsError, match="callback_url"):
        SandboxConfig.model_validate(entry)
    config = SandboxConfig.model_validate(entry | {"allow_remote_callbacks": True})
    assert config.corps[0].apps[0].callback_url == "https://hospital.example/wecom"


@pytest.mark.parametrize("more", [{"people": [{"name": "x", "mail": "no@box.example"}]}, {"surprise": 1}])
def test_configuration_that_does_not_fit_together_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SandboxConfig.model_validate(config_entry(**more))


def test_file_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json"):
        load_config(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"corps": 1}')
    with pytest.raises(ConfigError, match="corps"):
        load_config(tmp_path / "bad.json")


def _around() -> Surroundings:
    time = FakeTime()
    return Surroundings(time.now, time.monotonic, random.Random(7))


EVERYWHERE = "0.0.0.0"  # noqa: S104 -- that this needs permission is what is tested


@pytest.mark.parametrize("host", [EVERYWHERE, "192.168.1.5", "::", "sandbox.example"])
async def test_it_does_not_listen_beyond_loopback(host: str) -> None:
    config = SandboxConfig.model_validate(config_entry())
    with pytest.raises(BindRefusedError):
        async with running(config, host, 0, 0, _around()):
            pass


async def test_it_listens_beyond_loopback_when_told() -> None:
    config = SandboxConfig.model_validate(config_entry())
    async with running(config, EVERYWHERE, 0, 0, _around(), allow_remote=True) as addresses:
        assert addresses.http.startswith("http://0.0.0.0:")
