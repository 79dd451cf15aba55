"""Who may use which operation: DOMAIN.md section 6, written out, one line for each field.

A word names the callers: `public` is everybody; `customer` those who own it; `read`, `write` and
`approve` staff with that scope of the agent; an administrator always; a service by its commands.
"""

OPERATIONS: dict[str, dict[str, str]] = {
    "customer": {
        "Query.customerCustomerData": "",
        "Query.customer": "customer read",
        "Query.customerExport": "customer read",
        "Query.customers": "read",
        "Query.customerInteractions": "customer read",
        "Query.me": "customer staff",
        "Mutation.activateCustomer": "",
        "Mutation.anonymizeCustomer": "customer approve",
        "Mutation.createCustomer": "write",
        "Mutation.deleteAddress": "customer write",
        "Mutation.exportCustomerData": "customer write",
        "Mutation.mergeCustomers": "approve",
        "Mutation.reactivateCustomer": "approve",
        "Mutation.recordInteraction": "write",
        "Mutation.setConsent": "customer write",
        "Mutation.suspendCustomer": "approve",
        "Mutation.updateCustomer": "customer write",
        "Mutation.upsertAddress": "customer write",
        "Subscription.customerChanged": "customer read",
    },
    "inventory": {
        "Query.inventoryCustomerData": "",
        "Query.availability": "public",
        "Query.availabilityBatch": "public",
        "Query.inventoryReport": "read",
        "Query.lowStock": "read",
        "Query.reservation": "read",
        "Query.reservations": "read",
        "Query.stockLevel": "read",
        "Query.stockLevels": "read",
        "Query.stockMovements": "read",
        "Mutation.adjustReservation": "",
        "Mutation.adjustStock": "approve",
        "Mutation.commitReservation": "",
        "Mutation.createReservation": "",
        "Mutation.extendReservation": "",
        "Mutation.receiveStock": "write",
        "Mutation.releaseReservation": "approve",
        "Mutation.setReorderPoint": "write",
        "Mutation.setStock": "approve",
        "Mutation.transferStock": "write",
        "Subscription.stockChanged": "read",
    },
    "monitoring": {
        "Query.deadLetters": "read",
        "Query.monitoringCustomerData": "",
        "Query.parkedKeys": "read",
        "Query.platformTimeline": "customer read",
        "Mutation.replayDeadLetters": "approve",
        "Subscription.platformEvents": "customer read",
    },
    "order": {
        "Query.orderCustomerData": "",
        "Query.order": "customer read",
        "Query.orderByNumber": "customer read",
        "Query.orderSaga": "read",
        "Query.orders": "customer read",
        "Query.salesReport": "read",
        "Query.shippingMethods": "public",
        "Query.taxRates": "read",
        "Mutation.addOrderNote": "write",
        "Mutation.cancelOrder": "customer write",
        "Mutation.confirmOrder": "approve",
        "Mutation.createOrder": "customer write",
        "Mutation.holdOrder": "approve",
        "Mutation.placeOrder": "customer write",
        "Mutation.releaseOrder": "approve",
        "Mutation.updateOrder": "customer write",
        "Mutation.updateOrderLines": "customer write",
        "Mutation.upsertShippingMethod": "approve",
        "Mutation.upsertTaxRate": "approve",
        "Subscription.orderChanged": "customer read",
    },
    "product": {
        "Query.productCustomerData": "",
        "Query.categories": "public",
        "Query.category": "public",
        "Query.product": "public",
        "Query.products": "public",
        "Query.productVariant": "public",
        "Query.productVariantBySku": "public",
        "Query.productVariants": "public",
        "Mutation.archiveProduct": "approve",
        "Mutation.archiveProductVariant": "approve",
        "Mutation.bulkUpsertProductVariants": "write",
        "Mutation.createProduct": "write",
        "Mutation.createProductVariant": "write",
        "Mutation.pauseProduct": "approve",
        "Mutation.publishProduct": "approve",
        "Mutation.setPrice": "approve",
        "Mutation.updateProduct": "write",
        "Mutation.updateProductVariant": "write",
        "Mutation.upsertCategory": "write",
        "Subscription.productChanged": "public",
    },
}

CONTRIBUTED: dict[str, dict[str, str]] = {
    "inventory": {
        "Order.reservations": "read",
        "ProductVariant.availability": "public",
        "ProductVariant.stockLevels": "read",
        "Warehouse.stockLevels": "read",
    },
    "monitoring": {
        "Customer.timeline": "customer read",
        "Order.timeline": "customer read",
    },
    "order": {"Customer.orders": "customer read"},
}
"""Fields that an agent adds to another agent's entity."""

CALLERS = (
    "anonymous",
    "customer",
    "staff",
    "read",
    "write",
    "approve",
    "admin",
    "service",
    "stranger",
)
"""`staff` has no scope of the agent, `service` a command for the field, `stranger` another's."""


def admitted(rule: str, caller: str) -> bool:
    """Whether `rule` admits this kind of caller."""
    if caller in ("admin", "service"):
        return True
    if caller == "stranger":
        return False
    words = rule.split()
    if "staff" in words and caller in ("read", "write", "approve"):
        return True
    return "public" in words or caller in words
