"""What changes customers, their address books, consents and interactions."""
