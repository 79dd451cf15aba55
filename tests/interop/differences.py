"""Where another gateway answers otherwise, and why ours does not: exactly these, no more."""

from typing import Final

from tests.interop.stacks import APOLLO, HIVE

ERRORS: Final = ("errors",)
DATA: Final = ("data",)

NO_PLACE: Final = (
    "The subgraph refuses a variable before it executes, so that its error has no path. Apollo "
    "Gateway hands it on like that; ours names the client's field that is null for it, as a "
    "client with two root fields has to know which (GraphQL specification, section 7.1.2)."
)
ALL_ARE_NAMED: Final = (
    "Two fields of one subgraph request are null for one reason. Ours says so at each of them; "
    "the other gateway at one only, so that a client finds a null without an error."
)
NO_INDEX: Final = (
    "Hive Gateway leaves list indices out of a path, though it must lead from the root of the "
    "answer to the null (GraphQL specification, section 7.1.2)."
)
BELOW: Final = (
    "The subgraph refuses the entity itself. Hive Gateway places the error on each field below "
    "it, in an object that is null in the answer; ours on the object."
)
ORDER_OF_TYPES: Final = (
    "The order of `possibleTypes` has no meaning. Ours is the supergraph's, as Apollo's is."
)

DIFFERENCES: Final[dict[tuple[str, str], tuple[tuple[str, ...], str]]] = {
    ("a time that is none", APOLLO): (ERRORS, NO_PLACE),
    ("a currency that is none, given as a variable", APOLLO): (ERRORS, NO_PLACE),
    ("a currency that nobody trades in", APOLLO): (ERRORS, NO_PLACE),
    ("two lists that this reader may not see", HIVE): (ERRORS, ALL_ARE_NAMED),
    ("what only staff may see, in a list", HIVE): (ERRORS, NO_INDEX),
    ("stock is not for customers", HIVE): (ERRORS, NO_INDEX),
    ("the customer behind an order, for who may not know", HIVE): (ERRORS, BELOW),
    ("generated 90", HIVE): (ERRORS, BELOW),
    ("generated 98", HIVE): (ERRORS, BELOW),
    ("generated 174", HIVE): (ERRORS, BELOW),
    ("the implementations of an interface", HIVE): (DATA, ORDER_OF_TYPES),
}
"""By operation and gateway: what differs, and the reason."""
