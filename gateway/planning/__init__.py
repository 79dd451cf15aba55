"""From a supergraph and one client operation to the plan that answers it."""
