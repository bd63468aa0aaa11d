"""Plays gateways and the machine rooms behind them, over MQTT like any other gateway."""
