"""The servers that are compared; each module is run in a process of its own."""
