"""The business: engine, identity and permission, calendar, and one folder a workflow."""
