"""The platform in the background, with real processes."""
