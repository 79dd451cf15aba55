"""The hub, on a real log."""
