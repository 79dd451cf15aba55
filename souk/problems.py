"""The one error that an operator sees: what is wrong and how to mend it, on one line."""


class Problem(Exception):
    """Something that the operator can mend; the command line prints it and exits with 1.

    ``what`` and ``mend`` are sentences without their full stop; line breaks become spaces.
    """

    def __init__(self, what: str, mend: str) -> None:
        self.what = " ".join(what.split())
        self.mend = " ".join(mend.split())
        super().__init__(self.what, self.mend)

    def __str__(self) -> str:
        return f"{self.what}. {self.mend}."
