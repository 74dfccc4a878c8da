"""The Merkle tree of RFC 6962 over the events of one log. Pure: standard library only.

Hashes are 32 raw bytes. A leaf is hashed after a zero byte and a node after a one byte, so that neither can be
passed off as the other.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: its perfect subtrees, largest first, O(log n) hashes for n leaves."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"The edge of {size} leaves has {size.bit_count()} hashes.")

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        merged, size = leaf, self.size
        while size & 1:
            merged = node_hash(self.hashes.pop(), merged)
            size >>= 1
        self.hashes.append(merged)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self.hashes:
            return EMPTY
        merged = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            merged = node_hash(left, merged)
        return merged


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over hashes of leaves."""
    edge = Edge()
    for leaf in leaves:
        edge.add(leaf)
    return edge.root()


class Tree:
    """All levels of a tree, for many proofs over the same leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels = [list(leaves)]
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            self.levels.append([node_hash(left, right) for left, right in pairs])

    def hash_of(self, begin: int, end: int) -> bytes:
        """Return the hash of the subtree over `[begin, end)` as RFC 6962 cuts trees."""
        size = end - begin
        if size == 0:
            return EMPTY
        height = size.bit_length() - 1
        if size == 1 << height and begin % size == 0:
            return self.levels[height][begin >> height]
        split = begin + _left_size(size)
        return node_hash(self.hash_of(begin, split), self.hash_of(split, end))

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the audit path of leaf `index` in the tree of the first `size` leaves, from the leaf up."""
        if not 0 <= index < size <= len(self.levels[0]):
            raise ValueError(f"There is no leaf {index} in a tree of {size}.")
        path: list[bytes] = []
        begin, end = 0, size
        while end - begin > 1:
            split = begin + _left_size(end - begin)
            if index < split:
                path.append(self.hash_of(split, end))
                end = split
            else:
                path.append(self.hash_of(begin, split))
                begin = split
        return path[::-1]

    def consistency(self, earlier: int, later: int) -> list[bytes]:
        """Return the proof that the tree of `later` leaves begins with the tree of `earlier` leaves."""
        if not 0 < earlier <= later <= len(self.levels[0]):
            raise ValueError(f"A tree of {later} does not begin with one of {earlier}.")
        return self._consistency(earlier, 0, later, whole=True)

    def _consistency(self, earlier: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if earlier == end - begin:
            return [] if whole else [self.hash_of(begin, end)]
        left = _left_size(end - begin)
        if earlier <= left:
            below = self._consistency(earlier, begin, begin + left, whole=whole)
            return [*below, self.hash_of(begin + left, end)]
        below = self._consistency(earlier - left, begin + left, end, whole=False)
        return [*below, self.hash_of(begin, begin + left)]


def included(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from `leaf` at `index` to `root` of a tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, merged = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            merged = node_hash(step, merged)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            merged = node_hash(merged, step)
        node, last = node >> 1, last >> 1
    return last == 0 and merged == root


def consistent(
    *, earlier: int, earlier_root: bytes, later: int, later_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether `path` shows that the later tree begins with the earlier one (RFC 9162, 2.1.4.2)."""
    if earlier == later:
        return not path and earlier_root == later_root
    if not 0 < earlier < later:
        return False
    steps = [earlier_root, *path] if earlier & (earlier - 1) == 0 else list(path)
    if not steps:
        return False
    node, last = earlier - 1, later - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and (old, new) == (earlier_root, later_root)


def _left_size(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
