"""Tests of links, field sets, directive definitions and join."""
