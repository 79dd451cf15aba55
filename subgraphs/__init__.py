"""The sixteen agents, one package each, and the kit that they share."""
