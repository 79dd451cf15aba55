"""Tests of the inventory agent."""
