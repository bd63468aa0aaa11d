"""The buttons of the sandbox's page that let something happen in the demo's machine rooms."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.demo.sensors import GATEWAY, STORY_DEVICE
from bot.sandbox.stories import StoryAwayError
from storage.texts import N_
from telemetry.mqtt import Broker
from telemetry.simulator.gateway import Order, give_order
from telemetry.simulator.scenarios import Scenario

AWAY = N_("The machine rooms cannot be reached: the broker does not answer.")
LABELS: Mapping[str, str] = {
    Scenario.DRIFT: N_("The room is getting warm"),
    Scenario.CHILLER_FAILURE: N_("The chiller fails"),
    Scenario.QUENCH: N_("The magnet quenches"),
    Scenario.DEAD_SENSOR: N_("A sensor dies"),
    Scenario.NETWORK_CUT: N_("The network is cut"),
    Scenario.STEADY: N_("All is well"),
}


class MachineStories:
    """Tells the simulator by MQTT, as `yishe simulate --tell` does."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._broker = Broker(parts.hostname or "127.0.0.1", parts.port or 1883, f"{GATEWAY}-page")

    @property
    def names(self) -> Mapping[str, str]:
        """The scenarios with their labels."""
        return LABELS

    async def begin(self, name: str) -> None:
        """Let a scenario begin; raises `StoryAwayError`."""
        order = Order(device=STORY_DEVICE, scenario=Scenario(name))
        try:
            await asyncio.to_thread(give_order, self._broker, GATEWAY, order)
        except OSError:
            raise StoryAwayError(AWAY) from None
