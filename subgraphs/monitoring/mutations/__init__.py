"""What operators may change."""
