"""Tests of the measurements: that they run, and that they compare and count rightly."""
