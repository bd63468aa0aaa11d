"""What an alarm means, what to do first and whom to call: a row for each metric and side, with its source.

One text for all would send people into a room without air. No row asks anybody to go into the room; those with
`danger` say that it must not be entered. The limits are in `workflows.alarm.bands`, each with its own source.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.texts import N_
from workflows.alarm.forms import Side
from workflows.alarm.metrics import Metric

M, LOW, HIGH, NO_DATA = Metric, Side.LOW, Side.HIGH, Side.NO_DATA

HOUSE = "house wording, reviewed in both languages"
GE_MR = "site requirements of GE Signa Creator (manualshive 128687, p. 15): at most 3 °C an hour; " + HOUSE
CHILLED = (
    "a flow alarm means to stop scanning (xrayn-web.pages.dev/wiki/site-requirements/chilled-water); " + HOUSE
)
HELIUM = "maker's remote monitoring treats it as urgent, answered within 24 h (philips.de, e-Alert); " + HOUSE
LACK_OF_OXYGEN = (
    "GB 8958-2006: lack of oxygen below 19.5 %, rescue only with breathing apparatus; "
    "GE, quench with vent failure (topic id_40025838): leave, exhaust fan, enter only after measuring"
)
TOO_MUCH_OXYGEN = "oxygen-enriched above 23.5 % (29 CFR 1910.146); " + HOUSE


@dataclass(frozen=True)
class Meaning:
    """Source texts. `what` is a title, up to 12 characters in Chinese; `brief` says all of it in 15, for SMS and calls.

    `call`: whom to call, besides the service company of the device's record. `danger`: to whoever goes in.
    """

    what: str
    brief: str
    means: str
    first: str
    call: str
    source: str
    danger: bool = False


MEANINGS: Mapping[tuple[str, str], Meaning] = {
    (M.ROOM_TEMPERATURE, HIGH): Meaning(
        N_("room too warm"),
        N_("too warm: check cooling"),
        N_("Heat can switch the device off or damage it."),
        N_(
            "Check the air conditioning and restore cooling. If the temperature keeps rising, "
            "stop examinations and shut the device down as described in its manual."
        ),
        N_("Clinical engineer, air conditioning"),
        HOUSE,
    ),
    (M.ROOM_TEMPERATURE, LOW): Meaning(
        N_("room too cold"),
        N_("too cold: check heating"),
        N_("In the cold water condenses on the device, and measured values go off."),
        N_("Check the air conditioning settings. Warm up slowly, by at most 3 °C an hour."),
        N_("Clinical engineer, air conditioning"),
        GE_MR,
    ),
    (M.ROOM_HUMIDITY, HIGH): Meaning(
        N_("room too humid"),
        N_("too humid: dehumidify"),
        N_("Moisture can condense in the electronics and cause a short circuit."),
        N_("Dehumidify, and look for water that leaks. Switch nothing on that is wet."),
        N_("Clinical engineer, air conditioning"),
        HOUSE,
    ),
    (M.ROOM_HUMIDITY, LOW): Meaning(
        N_("room too dry"),
        N_("too dry: humidify"),
        N_("In dry air static discharge can damage the electronics."),
        N_("Humidify. Until then, open no cabinet of the device."),
        N_("Clinical engineer, air conditioning"),
        HOUSE,
    ),
    (M.CHILLED_WATER_TEMPERATURE, HIGH): Meaning(
        N_("chilled water too warm"),
        N_("warm water: stop examinations"),
        N_("The device is hardly cooled any more and can overheat; a magnet begins to lose helium."),
        N_("Stop examinations. Check the chiller, and start the standby one."),
        N_("Clinical engineer, chiller service"),
        CHILLED,
    ),
    (M.CHILLED_WATER_TEMPERATURE, LOW): Meaning(
        N_("chilled water too cold"),
        N_("cold water: look for condensation"),
        N_("Water can condense on pipes and inside the device."),
        N_("Check the chiller settings. Look for condensation before the next examination."),
        N_("Clinical engineer, chiller service"),
        CHILLED,
    ),
    (M.CHILLED_WATER_FLOW, LOW): Meaning(
        N_("too little chilled water"),
        N_("little water: stop examinations"),
        N_("Without flowing water the device overheats within minutes; a magnet begins to lose helium."),
        N_("Stop examinations at once. Check pump, valves and filter, and start the standby chiller."),
        N_("Clinical engineer, chiller service"),
        CHILLED,
    ),
    (M.CHILLED_WATER_FLOW, HIGH): Meaning(
        N_("too much chilled water"),
        N_("much water: look for leaks"),
        N_("A pipe may have burst, or a valve may be set wrong."),
        N_("Look for leaking water, and set the valves back."),
        N_("Clinical engineer, chiller service"),
        CHILLED,
    ),
    (M.HELIUM_LEVEL, LOW): Meaning(
        N_("too little liquid helium"),
        N_("low helium: stop examinations"),
        N_("If the helium keeps falling, the magnet can quench."),
        N_(
            "Stop examinations and order a refill. At white vapour, a loud hiss or an oxygen alarm everybody leaves "
            "the room, and nobody enters it."
        ),
        N_("Service company, clinical engineer"),
        HELIUM,
    ),
    (M.HELIUM_LEVEL, HIGH): Meaning(
        N_("helium level reads too high"),
        N_("odd helium level: compare"),
        N_("The gauge may be faulty: a real loss of helium would then go unnoticed."),
        N_("Compare with the device's own display, and have the gauge checked."),
        N_("Service company, clinical engineer"),
        HELIUM,
    ),
    (M.OXYGEN, LOW): Meaning(
        N_("lack of oxygen, keep out"),
        N_("lack of oxygen: keep out, ventilate"),
        N_("Anyone in the room can lose consciousness without warning."),
        N_(
            "Do not enter. Everybody leaves the room at once. Open its doors, switch the exhaust fan on from outside "
            "and keep others away. If somebody is still inside, nobody goes in without breathing apparatus: call 119."
        ),
        N_("Security; 119 if anybody is inside"),
        LACK_OF_OXYGEN,
        danger=True,
    ),
    (M.OXYGEN, HIGH): Meaning(
        N_("too much oxygen, no flames"),
        N_("much oxygen: no flames, ventilate"),
        N_("Everything burns more easily and faster."),
        N_(
            "Everybody leaves the room. No flames, no sparks, switch nothing in there. Shut off the oxygen supply from "
            "outside and ventilate."
        ),
        N_("Security, medical gas supply"),
        TOO_MUCH_OXYGEN,
        danger=True,
    ),
    (M.ROOM_TEMPERATURE, NO_DATA): Meaning(
        N_("no data: room temperature"),
        N_("no data: room temperature"),
        N_("Nobody is notified of the room's temperature."),
        N_("Read the thermometer of the room, then check sensor, power and gateway."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    (M.ROOM_HUMIDITY, NO_DATA): Meaning(
        N_("no data: room humidity"),
        N_("no data: room humidity"),
        N_("Nobody is notified of the room's humidity."),
        N_("Read the hygrometer of the room, then check sensor, power and gateway."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    (M.CHILLED_WATER_TEMPERATURE, NO_DATA): Meaning(
        N_("no data: chilled water temperature"),
        N_("no data: chilled water temperature"),
        N_("A cooling failure would go unnoticed."),
        N_("Read the temperature at the chiller, then check sensor, power and gateway."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    (M.CHILLED_WATER_FLOW, NO_DATA): Meaning(
        N_("no data: chilled water flow"),
        N_("no data: chilled water flow"),
        N_("A cooling failure would go unnoticed."),
        N_("Read the flow at the chiller, then check sensor, power and gateway."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    (M.HELIUM_LEVEL, NO_DATA): Meaning(
        N_("no data: helium level"),
        N_("no data: helium level"),
        N_("A loss of helium would go unnoticed."),
        N_("Read the level at the device's own display, then check sensor, power and gateway."),
        N_("Clinical engineer, service company"),
        HOUSE,
    ),
    (M.OXYGEN, NO_DATA): Meaning(
        N_("no data: oxygen, measure first"),
        N_("no oxygen data: measure first"),
        N_("Nobody is notified whether the air in the room is safe to breathe."),
        N_(
            "Enter only after measuring: with the display at the door, or a hand-held oxygen meter. Then check sensor, "
            "power and gateway."
        ),
        N_("Clinical engineer, security"),
        LACK_OF_OXYGEN,
        danger=True,
    ),
}

QUENCH = Meaning(
    N_("suspected quench, keep out"),
    N_("suspected quench: keep out, leave"),
    N_("Helium and oxygen are too low at once: helium may be escaping into the room."),
    N_(
        "Do not enter. Everybody leaves this room and those beside it. Open the doors, switch the exhaust fan on "
        "from outside, keep others away. Somebody still inside: nobody goes in without breathing apparatus, call 119."
    ),
    N_("Security, head of equipment; 119"),
    LACK_OF_OXYGEN,
    danger=True,
)
# For what only a band of a hospital's own names.
OTHERS: Mapping[str, Meaning] = {
    LOW: Meaning(
        N_("value too low"),
        N_("value too low: check"),
        N_("It is below the limit that the hospital has set."),
        N_("Follow the hospital's own rule for this value."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    HIGH: Meaning(
        N_("value too high"),
        N_("value too high: check"),
        N_("It is above the limit that the hospital has set."),
        N_("Follow the hospital's own rule for this value."),
        N_("Clinical engineer"),
        HOUSE,
    ),
    NO_DATA: Meaning(
        N_("no data"),
        N_("no data: check the sensor"),
        N_("Nobody is notified of what is measured there."),
        N_("Check sensor, power and gateway."),
        N_("Clinical engineer"),
        HOUSE,
    ),
}
QUENCHING = frozenset({Metric.HELIUM_LEVEL, Metric.OXYGEN})
"""What is too low at once when a magnet loses its helium into the room."""


def meaning(metric: str, side: str, *, quench: bool = False) -> Meaning:
    """What it means that this metric is on that side; `quench`: it is suspected there."""
    return QUENCH if quench else MEANINGS.get((metric, side)) or OTHERS.get(side) or OTHERS[NO_DATA]


def is_dangerous(metric: str, side: str) -> bool:
    """Is it a danger to whoever goes into the room?"""
    return meaning(metric, side).danger
