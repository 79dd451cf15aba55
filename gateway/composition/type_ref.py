"""Type references (`[Product!]!`) and their subtyping, in output and in input positions."""

from collections.abc import Callable
from dataclasses import dataclass

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode

NamedSubtype = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class TypeRef:
    """`inner` is the name of a type, or the item type of a list."""

    inner: "str | TypeRef"
    required: bool = False

    @property
    def named(self) -> str:
        """The name of the type without lists and `!`."""
        return self.inner if isinstance(self.inner, str) else self.inner.named

    @property
    def is_list(self) -> bool:
        return isinstance(self.inner, TypeRef)

    def renamed(self, old: str, new: str) -> "TypeRef":
        """The same reference with the type `old` called `new`."""
        if isinstance(self.inner, TypeRef):
            return TypeRef(self.inner.renamed(old, new), self.required)
        return TypeRef(new, self.required) if self.inner == old else self

    def __str__(self) -> str:
        inner = self.inner if isinstance(self.inner, str) else f"[{self.inner}]"
        return f"{inner}!" if self.required else inner


def type_ref(node: TypeNode, required: bool = False) -> TypeRef:
    """Reads the reference from its syntax tree."""
    if isinstance(node, NonNullTypeNode):
        return type_ref(node.type, required=True)
    if isinstance(node, ListTypeNode):
        return TypeRef(type_ref(node.type), required)
    if isinstance(node, NamedTypeNode):
        return TypeRef(node.name.value, required)
    raise TypeError(f"not a type reference: {node.kind}")


def is_subtype(narrow: TypeRef, wide: TypeRef, named: NamedSubtype) -> bool:
    """Whether every value of `narrow` is one of `wide`; `named` decides for two type names."""
    if wide.required and not narrow.required:
        return False
    if isinstance(narrow.inner, TypeRef) and isinstance(wide.inner, TypeRef):
        return is_subtype(narrow.inner, wide.inner, named)
    if isinstance(narrow.inner, str) and isinstance(wide.inner, str):
        return narrow.inner == wide.inner or named(narrow.inner, wide.inner)
    return False


def same_name_only(narrow: str, wide: str) -> bool:
    """For input positions, where no named type is a subtype of another."""
    return narrow == wide
