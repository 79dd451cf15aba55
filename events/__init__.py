"""Facts: their catalog, their envelope, and the outbox through which they leave."""
