"""The whole shop at work: seeded data, every agent, the gateway, real sockets."""
