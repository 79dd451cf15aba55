"""Seeds what the customer agent owns: people, addresses, consents."""

from sqlalchemy import insert

from models.customer import (
    ConsentKind,
    CustomerStatus,
    address,
    consent_change,
    customer,
)
from models.database import UnitOfWork
from souk.seed.people import CustomerPlan, customers
from subgraphs.customer.search import name_key, vector


async def seed(work: UnitOfWork) -> str:
    """Write everybody, with where they live and what they agreed to."""
    await work.execute(insert(customer), [_customer(plan) for plan in customers()])
    await work.execute(insert(address), [row for plan in customers() for row in _addresses(plan)])
    await work.execute(insert(consent_change), [_consent(plan) for plan in customers()])
    return f"{len(customers())} customers"


def _customer(plan: CustomerPlan) -> dict[str, object]:
    return {
        "id": plan.id,
        "status": CustomerStatus[plan.status],
        "email": plan.email,
        "first_name": plan.first_name,
        "last_name": plan.last_name,
        "locale": plan.locale,
        "name_key": name_key(plan.first_name, plan.last_name),
        "search": vector(plan.email, plan.first_name, plan.last_name),
        "suspension_reason": "Chargebacks" if plan.status == "SUSPENDED" else None,
        "created_at": plan.created_at,
        "updated_at": plan.created_at,
    }


def _addresses(plan: CustomerPlan) -> list[dict[str, object]]:
    return [
        {
            "id": each.id,
            "customer_id": plan.id,
            "name": plan.name,
            "line1": each.line1,
            "postal_code": each.postal_code,
            "city": each.city,
            "country": each.country,
            "is_default_shipping": place == 0,
            "is_default_billing": place == 0,
        }
        for place, each in enumerate(plan.addresses)
    ]


def _consent(plan: CustomerPlan) -> dict[str, object]:
    return {
        "customer_id": plan.id,
        "kind": ConsentKind.MARKETING_EMAIL,
        "granted": plan.newsletter,
        "source": "sign-up form",
        "actor": plan.id,
        "at": plan.created_at,
    }
