"""The monitoring agent: what happened on the platform, told to whom it concerns."""
