"""What each address shows, by subject."""
