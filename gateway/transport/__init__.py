"""How a subgraph is reached: in this process, or over HTTP."""
