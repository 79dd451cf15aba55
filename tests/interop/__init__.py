"""Souk's supergraph in other gateways: the same operations, the same answers. `make interop`."""
