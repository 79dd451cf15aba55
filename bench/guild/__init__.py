"""The Guild's benchmark of gateways, rewritten: its schema and query, data of our own."""
