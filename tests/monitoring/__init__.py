"""Tests of the monitoring agent."""
