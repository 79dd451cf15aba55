"""A platform in the background of one machine: start it, stop it, ask how it is."""
