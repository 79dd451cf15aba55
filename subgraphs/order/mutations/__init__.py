"""What changes orders, shipping methods and tax rates."""
