"""The words by which customers are found."""

from subgraphs.customer.search import LONGEST_WORD, MOST_WORDS, name_key, prefixes, vector, words


def test_words_know_neither_case_nor_accents() -> None:
    assert words("Anna-Lena  MÜLLER", None, "o'Brien_Ñu") == [
        "anna", "lena", "muller", "o", "brien", "nu",
    ]  # fmt: skip
    assert words("Straße", "ﬁn", "山田") == ["strasse", "fin", "山田"]
    assert words("", "!?'&|:*\\") == []


def test_the_last_name_orders() -> None:
    assert name_key("Anna", "Zobel") == "zobel anna"
    assert name_key(None, "Ábel") < name_key("Anna", "Abele") < name_key("Ben", "Zobel")
    assert name_key(None, None) == ""


def test_a_word_counts_once_and_is_cut() -> None:
    assert vector("anna@anna.example", "Anna", None) == "'anna' 'example'"
    assert words("x" * 500) == ["x" * LONGEST_WORD]


def test_a_query_is_made_of_quoted_prefixes() -> None:
    assert prefixes("Mü an") == "'mu':* & 'an':*"
    assert prefixes("o'b | !c:d*") == "'o':* & 'b':* & 'c':* & 'd':*"
    assert prefixes("?!") is None
    found = prefixes("a " * 100)
    assert found is not None
    assert found.count("'a':*") == MOST_WORDS
