"""The lives of a product and of a variant; every edge names what walks it."""

from models.product import ProductStatus as P
from models.product import ProductVariantStatus as V
from subgraphs.kit import StateMachine

PRODUCT = StateMachine(
    {
        P.DRAFT: {P.ACTIVE: "publishProduct", P.ARCHIVED: "archiveProduct"},
        P.ACTIVE: {P.PAUSED: "pauseProduct", P.ARCHIVED: "archiveProduct"},
        P.PAUSED: {P.ACTIVE: "publishProduct", P.ARCHIVED: "archiveProduct"},
    }
)

VARIANT = StateMachine({V.ACTIVE: {V.ARCHIVED: ("archiveProductVariant", "archiveProduct")}})
