"""How a customer can be reached, checked and in one spelling each: email, phone, locale."""

import re

from subgraphs.kit import invalid, length

LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL_PART = 64  # 4.5.3.1.1

_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+(?![0-9]+$){_LABEL}")
_DEVIATIONS = frozenset("ßς\u200c\u200d")
_PHONE = re.compile(r"\+?[0-9]{3,15}")
_PHONE_PUNCTUATION = re.compile(r"[\s().\-/\u2010-\u2013]")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")


def email(text: str, *path: str | int) -> str:
    """Lower case, the domain in its ASCII form: what two spellings of one address share.

    A local part in quotes or beyond ASCII is refused: few servers take them.
    """
    text = length(text, LONGEST_EMAIL, *path).lower()
    local, at, domain = text.rpartition("@")
    ascii_domain = _ascii(domain)
    whole = f"{local}@{ascii_domain}"
    if (
        not at
        or len(local) > LONGEST_LOCAL_PART
        or len(whole) > LONGEST_EMAIL
        or not _LOCAL_PART.fullmatch(local)
        or not _DOMAIN.fullmatch(ascii_domain)
    ):
        raise invalid("Not an email address.", *path)
    return whole


def phone(text: str, *path: str | int) -> str:
    """Digits, after a plus where the country code is given (E.164)."""
    digits = _PHONE_PUNCTUATION.sub("", length(text, 40, *path))
    if not _PHONE.fullmatch(digits):
        raise invalid("Not a phone number: 3 to 15 digits.", *path)
    return digits


def locale(text: str, *path: str | int) -> str:
    """A BCP 47 tag of language, script and region: `de-AT`."""
    parts = _LOCALE.fullmatch(text.strip())
    if parts is None:
        raise invalid("Not a locale such as en or de-AT.", *path)
    language, script, region = parts.groups()
    tag = [language.lower(), script and script.title(), region and region.upper()]
    return "-".join(filter(None, tag))


def _ascii(domain: str) -> str:
    """The domain as DNS knows it, or nothing where it has no such form.

    Python's codec is IDNA 2003, which sends four characters to other domains than IDNA 2008 does:
    these have to be written as `xn--` by whoever means them.
    """
    if _DEVIATIONS.intersection(domain):
        return ""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
