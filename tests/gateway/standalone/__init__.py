"""Tests of `python -m gateway`."""
