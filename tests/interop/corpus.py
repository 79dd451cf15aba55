"""All operations that the gateways are compared with, in the order in which they are sent."""

import json
from pathlib import Path
from typing import Final

from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, reader
from tests.interop.hand_written import HAND_WRITTEN
from tests.workflows.mutations import MUTATIONS
from tests.workflows.operations import Operation, as_buyer
from tests.workflows.queries import QUERIES

SUPERGRAPH: Final = Path(__file__).parents[2] / "supergraph.graphql"
GENERATED: Final = Path(__file__).with_name("generated.json")
CALLERS: Final[dict[str, Principal]] = {
    "admin": ADMIN,
    "buyer": as_buyer,
    "order reader": reader("order"),
    "nobody": ANONYMOUS,
}


def corpus() -> list[Operation]:
    """Mutations last: what is read before them is as it was seeded."""
    return [*QUERIES, *HAND_WRITTEN, *generated(), *MUTATIONS]


def generated() -> list[Operation]:
    """Written once by `tests.interop.generate`."""
    return [
        Operation(f"generated {number}", each["document"], CALLERS[each["caller"]])
        for number, each in enumerate(json.loads(GENERATED.read_text()))
    ]
