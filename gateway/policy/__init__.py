"""What the gateway lets in: limits on documents, and who the caller is."""
