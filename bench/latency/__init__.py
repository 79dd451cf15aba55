"""From the commit of a business transaction to the frame at a subscriber, on both buses."""

CORRELATION = "bench-"
"""And a number: so an event is known again at the other end."""
