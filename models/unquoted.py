"""What an error says, without the values that PostgreSQL and its driver quote in it: they may be
personal, and errors are kept.
"""

import re

_QUOTED = (
    # The row that was refused.
    re.compile(r"(DETAIL): .*?(?=\n(?:HINT:|\[SQL:|\n)|\Z)", re.DOTALL),
    # The driver, of a value that it cannot send.
    re.compile(r"(invalid input for query argument \$\d+): .*"),
    # The server, of one that it cannot read.
    re.compile(r"(invalid input (?:syntax|value) for [\w ]+): \".*?\"(?=\n|\Z)", re.DOTALL),
)


def without_values(said: str) -> str:
    """Each of them replaced; nothing else is changed."""
    for quoted in _QUOTED:
        said = quoted.sub(r"\1: not kept", said)
    return said
