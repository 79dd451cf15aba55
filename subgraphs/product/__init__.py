"""The product agent: what the shop sells, in which variants, at which prices, in which category."""
