"""The machines' front door."""
