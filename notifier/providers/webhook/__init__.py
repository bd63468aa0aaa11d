"""Signed webhooks out: other systems hear of cases, in JSON that they can verify."""
