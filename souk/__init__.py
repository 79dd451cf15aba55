"""The way in: command line, settings, assembly and embedded services."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 whoever starts it with an older one is told so
    sys.exit(
        "souk: Souk needs Python 3.11 or later, and this is %d.%d. Run it with a later one."  # noqa: UP031 an older Python reads this line
        % sys.version_info[:2]
    )
