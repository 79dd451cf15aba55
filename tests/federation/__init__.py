"""Scenarios of our own: each rule of federation has a test that fails without it: README.md."""
