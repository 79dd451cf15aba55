"""How often a serving process looks for cyclic garbage."""

import gc
from typing import Final

# Young objects come and go with each request, by the thousand, and reference counts free nearly
# all of them; what the collector finds can wait. Python's own numbers are 700, 10 and 10.
_YOUNG: Final = 100_000
_MIDDLE: Final = 10
_OLD: Final = 20


def settle() -> None:
    """To be called once all that lives as long as the process is there: schemas, plans, modules.

    The collector never looks at it again. Without this each full collection walks all of it,
    which is most of what a slow answer waits for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
