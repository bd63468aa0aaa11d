"""Stand-ins of the outside world: the WeCom API, an SMS provider, a mail server, and everybody's phone.

A program of its own. It shares no code with the product it plays against, so that
a mistake in one cannot be hidden by the same mistake in the other.
"""
