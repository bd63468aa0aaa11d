"""Help: a topic for every screen in every language, one manual of them all, search, and the workflows drawn."""
