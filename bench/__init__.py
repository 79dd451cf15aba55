"""Measurements, side by side with what else one would use. Nothing here asserts on time."""
