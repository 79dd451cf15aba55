"""The public audit of federation gateways, run on this one: `make audit`."""
