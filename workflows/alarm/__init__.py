"""Alarms of sensors in machine rooms (机房报警): raised by a value, not by a person (clause 6.4.4.1)."""
