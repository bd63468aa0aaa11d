"""Telegram: messages with buttons by a bot, and what people send back."""
