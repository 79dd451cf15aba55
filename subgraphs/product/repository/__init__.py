"""All SQL of the product agent; the caller's scope is an argument of whatever can be hidden."""
