"""The whole tree keeps the rules; and each rule, shown its violation, says so."""

import pytest

from tests.house.rules import (
    RULES,
    Rule,
    clear_name,
    ignores_have_reasons,
    no_formatted_sql,
    no_long_sleeps,
    parse,
    says_what_it_owns,
    sources,
    sql_in_repositories,
)

DOC = '"""What this owns."""\n'


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert [line for source in sources() for line in rule(source)] == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (clear_name, "souk/utils.py", DOC),
        (says_what_it_owns, "souk/x.py", "A = 1\n"),
        (sql_in_repositories, "subgraphs/order/service.py", DOC + "from sqlalchemy import text\n"),
        (no_formatted_sql, "souk/x.py", DOC + 'text(f"SELECT {x}")\n'),
        (ignores_have_reasons, "souk/x.py", DOC + "a = 1  # " + "noqa: E501\n"),
        (ignores_have_reasons, "souk/x.py", DOC + "a = 1  # type: " + "ignore\n"),
        (no_long_sleeps, "tests/x.py", DOC + "time.sleep(1)\n"),
    ],
)
def test_a_violation_is_found(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(parse(path, text)))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (clear_name, "souk/keys.py", DOC),
        (says_what_it_owns, "souk/__init__.py", ""),
        (sql_in_repositories, "subgraphs/order/repository.py", "from sqlalchemy import text\n"),
        (no_formatted_sql, "souk/x.py", 'text("SELECT 1")\n'),
        (ignores_have_reasons, "souk/x.py", "a = 1  # " + "noqa: E501  # a table\n"),
        (no_long_sleeps, "tests/x.py", "time.sleep(0.01)\n"),
    ],
)
def test_what_keeps_the_rule_passes(rule: Rule, path: str, text: str) -> None:
    assert list(rule(parse(path, text))) == []
