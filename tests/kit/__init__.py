"""The kit, tried on a room of the tests' own."""
