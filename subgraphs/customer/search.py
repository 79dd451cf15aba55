"""The words by which a customer is found, and the key by which names are ordered."""

import re
import unicodedata

MOST_WORDS = 20
LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")


def words(*texts: str | None) -> list[str]:
    """Words without case and accents: `"Anna-Lena Müller"` gives `anna lena muller`."""
    text = unicodedata.normalize("NFKD", " ".join(filter(None, texts)).casefold())
    plain = "".join(character for character in text if not unicodedata.combining(character))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def name_key(first_name: str | None, last_name: str | None) -> str:
    """What lists are ordered by: the last name first; empty where there is no name."""
    return " ".join(words(last_name, first_name))


def vector(*texts: str | None) -> str:
    """What the search column of a record holds: its distinct words, as a tsvector is written."""
    return " ".join(f"'{word}'" for word in sorted(set(words(*texts))))


def prefixes(text: str) -> str | None:
    """The tsquery of records that hold, for each word of `text`, one that begins with it.

    None where `text` has no word. Words are alphanumeric, so quoting them is enough.
    """
    found = words(text)[:MOST_WORDS]
    return " & ".join(f"'{word}':*" for word in found) or None
