"""Who may do what with stock (DOMAIN.md section 6)."""

from subgraphs.kit import anyone, service, staff

AVAILABILITY = anyone
READ = staff("inventory:read")
WRITE = staff("inventory:write")
APPROVE = staff("inventory:approve")
RESERVE = service
