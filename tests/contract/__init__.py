"""What all agents promise together: access, states, schema, composition, commands."""
