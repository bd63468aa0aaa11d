"""Demo data: synthetic, labelled so, and the same each time it is made."""
