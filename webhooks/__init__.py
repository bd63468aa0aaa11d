"""The other systems' front door."""
