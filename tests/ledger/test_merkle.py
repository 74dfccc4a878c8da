"""The tree of RFC 6962, against its published vectors and against brute force."""

import hashlib

import pytest

from slaportal.ledger import merkle
from slaportal.ledger.merkle import Edge, Tree, consistent, included, leaf_hash, node_hash, root

# Entries and roots of the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test).
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def some(count: int) -> list[bytes]:
    return [leaf_hash(bytes([number % 256, number // 256])) for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 31, 64, 100, 255])
def test_the_edge_grows_to_the_root_that_the_definition_gives(size: int) -> None:
    assert root(some(size)) == by_definition(some(size))


def test_an_edge_that_was_stored_goes_on_where_it_stood() -> None:
    leaves = some(50)
    for cut in range(51):
        first = Edge()
        for leaf in leaves[:cut]:
            first.add(leaf)
        second = Edge(first.size, first.hashes)
        for leaf in leaves[cut:]:
            second.add(leaf)
        assert second.root() == by_definition(leaves)


def test_an_edge_with_the_wrong_number_of_hashes_is_refused() -> None:
    with pytest.raises(ValueError, match="edge of 5 leaves has 2"):
        Edge(5, [merkle.EMPTY])


@pytest.mark.parametrize("size", range(1, 34))
def test_each_leaf_is_proved_and_nothing_else_is(size: int) -> None:
    leaves = some(size)
    tree, top = Tree(leaves), by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = tree.inclusion(index, size)
        assert included(leaf=leaf, index=index, size=size, path=path, root=top)
        assert not included(leaf=leaf_hash(b"other"), index=index, size=size, path=path, root=top)
        assert not included(leaf=leaf, index=(index + 1) % size, size=size, path=path, root=top) or size == 1
        assert not included(leaf=leaf, index=index, size=size, path=[*path, leaf], root=top)


@pytest.mark.parametrize("later", range(1, 34))
def test_a_later_tree_is_proved_to_begin_with_each_earlier_one(later: int) -> None:
    leaves = some(later)
    tree, new = Tree(leaves), by_definition(leaves)
    for earlier in range(1, later + 1):
        old = by_definition(leaves[:earlier])
        path = tree.consistency(earlier, later)

        def shown(
            path: list[bytes], root: bytes, *, first: int = earlier, last: int = later, top: bytes = new
        ) -> bool:
            return consistent(earlier=first, earlier_root=root, later=last, later_root=top, path=path)

        assert shown(path, old)
        assert not shown(path, leaf_hash(b"forged"))
        if path:
            assert not shown(path[:-1], old)
            assert not shown([leaf_hash(b"x"), *path[1:]], old)


def test_a_proof_of_what_is_not_there_is_refused() -> None:
    tree = Tree(some(4))
    with pytest.raises(ValueError, match="no leaf 4"):
        tree.inclusion(4, 4)
    with pytest.raises(ValueError, match="does not begin"):
        tree.consistency(5, 4)
