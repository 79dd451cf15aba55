"""Groups of values that events of several agents hold."""

from events.event import Part, part


@part
class Units(Part):
    """So many units of a variant."""

    variant_id: str
    quantity: int


@part
class OrderedUnits(Part):
    """So many units of an order's line."""

    order_line_id: str
    variant_id: str
    quantity: int
