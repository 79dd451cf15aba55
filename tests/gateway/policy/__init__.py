"""Tests of limits and authentication."""
