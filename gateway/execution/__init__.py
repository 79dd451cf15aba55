"""From a plan to the client's answer: fetches, merge, projection."""
