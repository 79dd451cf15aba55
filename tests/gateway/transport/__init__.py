"""Tests of how subgraphs are reached."""
