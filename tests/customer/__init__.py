"""Tests of the customer agent."""
