"""The customer agent: who buys, where they live, what they consented to."""
