"""Who may do what with customers (DOMAIN.md section 6)."""

from subgraphs.kit import EVERY_ROW, Kind, Policy, Principal, Scope, owner_or, service, staff


def _myself(principal: Principal) -> Scope | None:
    if principal.kind is Kind.CUSTOMER:
        return Scope(owner=principal.id)
    return None if principal.kind is Kind.ANONYMOUS else EVERY_ROW


STAFF_READ = staff("customer:read")
READ = owner_or(STAFF_READ)
ME = Policy(
    "customer (own); null for staff",
    _myself,
    role_only=False,
    role_only_for=frozenset(Kind) - {Kind.CUSTOMER},
)
CREATE = staff("customer:write")
RECORD = staff("customer:write")
CHANGE = owner_or(staff("customer:write"))
ACTIVATE = service
APPROVE = staff("customer:approve")
LEAVE = owner_or(APPROVE)
NOTES = STAFF_READ
"""What staff wrote about a customer is not the customer's to read, not even on their own record."""
