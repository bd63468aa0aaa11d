"""Chat front door: commands and card presses, with one adapter a provider."""
