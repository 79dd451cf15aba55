"""Tests of the order agent."""
