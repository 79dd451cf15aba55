"""The join specification: the definitions that open every supergraph, and its graph names.

Source: https://specs.apollo.dev/join/v0.3 and v0.4 (which adds `overrideLabel`).
"""

import re
from collections.abc import Iterable

LINK_URL = "https://specs.apollo.dev/link/v1.0"
JOIN_URL = "https://specs.apollo.dev/join/v0.3"
JOIN_URL_WITH_LABELS = "https://specs.apollo.dev/join/v0.4"

_TYPE_LOCATIONS = "OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR"

LINK_PURPOSE = '''enum link__Purpose {
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY

  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}'''


def join_directive_definitions(with_labels: bool) -> list[str]:
    """SDL of the directives of join and link, in the order of the published supergraphs."""
    label = ", overrideLabel: String" if with_labels else ""
    return [
        "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
        "directive @join__field(graph: join__Graph, requires: join__FieldSet, "
        "provides: join__FieldSet, type: String, external: Boolean, override: String, "
        f"usedOverridden: Boolean{label}) repeatable on "
        "FIELD_DEFINITION | INPUT_FIELD_DEFINITION",
        "directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
        "directive @join__implements(graph: join__Graph!, interface: String!) repeatable on "
        "OBJECT | INTERFACE",
        "directive @join__type(graph: join__Graph!, key: join__FieldSet, "
        "extension: Boolean! = false, resolvable: Boolean! = true, "
        f"isInterfaceObject: Boolean! = false) repeatable on {_TYPE_LOCATIONS}",
        "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
        "directive @link(url: String, as: String, for: link__Purpose, "
        "import: [link__Import]) repeatable on SCHEMA",
    ]


def graph_enum_names(subgraph_names: Iterable[str]) -> dict[str, str]:
    """The value of `join__Graph` for each subgraph name.

    Upper case, other than word characters become `_`, a leading digit is prefixed and a
    trailing `_1` suffixed with `_`; names that still collide are numbered.
    """
    wanted: dict[str, list[str]] = {}
    for name in subgraph_names:
        value = re.sub(r"[^A-Za-z0-9_]", "_", name).upper()
        if value[:1].isdigit():
            value = f"_{value}"
        if re.search(r"_\d+$", value):
            value = f"{value}_"
        wanted.setdefault(value, []).append(name)
    return {
        name: value if len(names) == 1 else f"{value}_{number}"
        for value, names in wanted.items()
        for number, name in enumerate(names, 1)
    }
