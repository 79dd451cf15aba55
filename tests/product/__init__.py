"""Tests of the product agent."""
