"""From the outbox row to the phone: routing, limits, retries, rendering and providers."""
