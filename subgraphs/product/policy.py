"""Who may do what with the catalog (DOMAIN.md section 6)."""

from subgraphs.kit import anyone, public_or, staff

READ = public_or(staff("product:read"))
CATEGORIES = anyone
WRITE = staff("product:write")
APPROVE = staff("product:approve")
