"""How emails, phones and locales are checked, and the one spelling that each is kept in."""

import pytest

from subgraphs.customer import contacts
from subgraphs.kit import InvalidInputError, Refused


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("anna@example.com", "anna@example.com"),
        ("  Anna.Müller@Example.COM ".replace("ü", "u"), "anna.muller@example.com"),
        ("a+b_c%d'e@mail.example.co.uk", "a+b_c%d'e@mail.example.co.uk"),
        ("x@Bücher.example", "x@xn--bcher-kva.example"),
        ("x@XN--BCHER-KVA.example", "x@xn--bcher-kva.example"),
        ("x@1.example", "x@1.example"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_two_spellings_of_one_email_are_one(given: str, kept: str) -> None:
    assert contacts.email(given, "email") == kept
    assert contacts.email(kept, "email") == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "anna@@example.com",
        "anna@b@example.com",
        ".anna@example.com",
        "anna.@example.com",
        "an..na@example.com",
        "an na@example.com",
        '"anna"@example.com',
        "änna@example.com",
        "anna@-example.com",
        "anna@example-.com",
        "anna@exa_mple.com",
        "anna@.example.com",
        "anna@example.com.",
        "anna@example..com",
        "anna@127.0.0.1",
        "anna@[127.0.0.1]",
        "anna@straße.example",
        "anna@a\u200db.example",
        "anna\n@example.com",
        "anna@example.com\nbcc:all@example.com",
        "anna\0@example.com",
        f"{'a' * 65}@example.com",
        f"anna@{'a' * 64}.com",
        f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 10}.com",
        # Short enough as it is written, too long in the form that is kept.
        "a@" + ".".join(["ü" * 40] * 6) + ".com",
    ],
)
def test_what_is_no_email(text: str) -> None:
    with pytest.raises(Refused) as refused:
        contacts.email(text, "email")
    [error] = refused.value.errors
    assert isinstance(error, InvalidInputError)
    assert error.field == ["email"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+43 (1) 234-56/78", "+4312345678"),
        (" 0664.123 4567 ", "06641234567"),
        ("+1\u2011202\u2013555", "+1202555"),
        ("112", "112"),
    ],
)
def test_a_phone_is_its_digits(given: str, kept: str) -> None:
    assert contacts.phone(given, "phone") == kept


@pytest.mark.parametrize(
    "text", ["", "12", "1" * 16, "+", "12+34", "call me", "١٢٣٤", "1" * 41, "++43123"]
)
def test_what_is_no_phone(text: str) -> None:
    with pytest.raises(Refused):
        contacts.phone(text, "phone")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("en", "en"),
        ("DE_at", "de-AT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        (" fr ", "fr"),
    ],
)
def test_a_locale_is_written_as_bcp_47_has_it(given: str, kept: str) -> None:
    assert contacts.locale(given, "locale") == kept


@pytest.mark.parametrize("text", ["", "e", "english", "de-", "de-A", "de-AT-AT", "-AT", "d€"])
def test_what_is_no_locale(text: str) -> None:
    with pytest.raises(Refused):
        contacts.locale(text, "locale")
