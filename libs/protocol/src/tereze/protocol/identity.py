"""Decides when two values are one for a cache: when they are the same object; must never compare what is inside."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A large immutable value as a cheap key. It keeps the value alive, so its identity is never another's."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
