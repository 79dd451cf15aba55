"""The edge: HTTP in, one GraphQL operation through, HTTP out; GraphiQL and the probes beside it."""
