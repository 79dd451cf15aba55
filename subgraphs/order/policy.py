"""Who may do what with orders (DOMAIN.md section 6)."""

from subgraphs.kit import anyone, owner_or, public_or, staff

READ_ALL = staff("order:read")
"""Reports and rates, and of an order: notes, holds, and who gave which discount for what."""
READ = owner_or(READ_ALL)
WRITE_ANY = staff("order:write")
WRITE = owner_or(WRITE_ANY)
APPROVE = staff("order:approve")

SHIPPING_METHODS = public_or(READ_ALL)
"""What is offered; the method of an order is shown although it may be offered no more."""
SHIPPING_METHOD = anyone
