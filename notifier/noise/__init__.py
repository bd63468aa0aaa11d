"""How much people hear: many at once become one, and what they do not want is not said."""
