"""One subgraph: reading its SDL, resolving its links, and the Federation 1 upgrade."""
