"""Who may learn of what happened, and who may mend it (DOMAIN.md section 6)."""

from subgraphs.kit import owner_or, staff

READ_ALL = staff("monitoring:read")
"""Who did it, and in which chain of happenings: also on a customer's own timeline staff's alone."""
READ = owner_or(READ_ALL)
"""Customers learn of what is theirs, where it is told to customers at all."""
APPROVE = staff("monitoring:approve")
