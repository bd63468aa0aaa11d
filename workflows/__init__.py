"""The business: the engine, identity and permission, and one folder for each workflow."""
