"""What is the same for every provider of SMS: parts and their price, extend codes, reports and replies."""
