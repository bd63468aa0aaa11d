"""What the messages of a repair are made of."""

from storage.kinds import Question
from storage.texts import N_, P_
from workflows.repair.forms import HOW_WAS_IT, IN_TIME, SATISFACTION_LABELS, SPEED_LABELS, Satisfaction, Speed

DEVICE = (N_("Device"), "{device} ({device_number})")
PLACE = (N_("Place"), "{department} {place}")
FAULT = (N_("Fault"), "{fault}")
REPORTER = (P_("of a fault", "Reporter"), "{reporter}")
URGENCY = (N_("Urgency"), "{urgency_text}")
ESTIMATE = (N_("Estimate"), "{estimate}")
APPROVED = (N_("Approved"), "{approved}")
TECHNICIAN = (N_("Engineer"), "{technician}")
COST = (N_("Cost"), "{cost}")
HOW_IT_WAS = (
    Question("satisfaction", HOW_WAS_IT, tuple(SATISFACTION_LABELS.items()), Satisfaction.NOT_SAID),
    Question("speed", IN_TIME, tuple(SPEED_LABELS.items()), Speed.NOT_SAID),
)
