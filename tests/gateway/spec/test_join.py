"""The join specification: graph names, and definitions that GraphQL accepts."""

from graphql import DirectiveDefinitionNode, parse

from gateway.spec.directives import CARRIED, FEDERATION_DIRECTIVES
from gateway.spec.join import graph_enum_names, join_directive_definitions


def test_graph_names_are_valid_and_distinct() -> None:
    names = ["orders", "order-items", "order.items", "2nd", "shop_1", "Orders"]
    assert graph_enum_names(names) == {
        "orders": "ORDERS_1",
        "Orders": "ORDERS_2",
        "order-items": "ORDER_ITEMS_1",
        "order.items": "ORDER_ITEMS_2",
        "2nd": "_2ND",
        "shop_1": "SHOP_1_",
    }


def test_only_labels_add_the_label_argument() -> None:
    without, with_labels = (join_directive_definitions(labels) for labels in (False, True))
    changed = [(a, b) for a, b in zip(without, with_labels, strict=True) if a != b]
    assert [b.replace(", overrideLabel: String", "") for _, b in changed] == [a for a, _ in changed]
    assert len(changed) == 1


def test_the_definitions_parse_as_directives() -> None:
    document = parse("\n".join(join_directive_definitions(with_labels=True)))
    names = [n.name.value for n in document.definitions if isinstance(n, DirectiveDefinitionNode)]
    assert names == [
        "join__enumValue",
        "join__field",
        "join__graph",
        "join__implements",
        "join__type",
        "join__unionMember",
        "link",
    ]


def test_every_directive_definition_parses_under_any_name() -> None:
    for spec in FEDERATION_DIRECTIVES.values():
        text = spec.definition(f"x__{spec.name}", lambda scalar: f"y__{scalar}")
        node = parse(text).definitions[0]
        assert isinstance(node, DirectiveDefinitionNode)
        assert node.name.value == f"x__{spec.name}"
        assert node.repeatable == spec.repeatable
        assert [a.name.value for a in node.arguments or ()] == [a.name for a in spec.arguments]


def test_scalars_of_a_directive_are_named_where_they_are_used() -> None:
    policy = FEDERATION_DIRECTIVES["policy"]
    assert policy.scalars() == ("Policy",)
    assert policy.definition("policy", lambda scalar: f"policy__{scalar}") == (
        "directive @policy(policies: [[policy__Policy!]!]!) on "
        "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
    )


def test_everything_carried_is_a_directive_of_federation() -> None:
    assert set(CARRIED) <= set(FEDERATION_DIRECTIVES)
