"""How fast the service is, as ratios that were measured side by side in one run: `make bench`."""
