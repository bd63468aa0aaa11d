"""WeCom group robots: one-way messages into a group by an address that is itself the secret."""
