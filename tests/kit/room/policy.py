"""Who may do what with notes."""

from subgraphs.kit import owner_or, staff

READ = owner_or(staff("note:read"))
WRITE = owner_or(staff("note:write"))
SECRET = staff("note:read")
