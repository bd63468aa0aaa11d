"""The machines' front door: what sensors say over MQTT, what it means, and the alarms that come of it."""
