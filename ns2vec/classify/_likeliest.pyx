# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The most probable label, from scores or at a leaf of a tree of decisions: arrays in, numbers out.

The oracle is `ns2vec.probability`.
"""

from libc.math cimport exp, fabs, log
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc, realloc

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void* address) noexcept nogil

cdef enum:
    LANES = 8               # partial sums of a product
    LINE_FLOATS = 16        # loaded from memory at once
    FIRST_ROOM = 256        # initial room for waiting nodes

cdef struct Node:
    int64_t at              # a decision, or -1 minus a label
    double chance           # probability that the decisions from the root lead here

cdef struct Tree:
    const float* nodes      # (n_nodes, D)
    Py_ssize_t stride       # floats from one node to the next
    Py_ssize_t width        # D
    const int64_t* children  # (2, n_nodes)
    int64_t n_nodes

cdef struct Waiting:
    Node* nodes
    int64_t room


cdef inline float product(const float* a, const float* b, Py_ssize_t width) noexcept nogil:
    cdef float[LANES] sums
    cdef float found = 0
    cdef Py_ssize_t i = 0
    cdef int k
    for k in range(LANES):
        sums[k] = 0
    while i + LANES <= width:
        for k in range(LANES):
            sums[k] += a[i + k] * b[i + k]
        i += LANES
    while i < width:
        found += a[i] * b[i]
        i += 1
    for k in range(LANES):
        found += sums[k]
    return found


cdef inline void ask_for(const Tree* tree, int64_t at) noexcept nogil:
    cdef Py_ssize_t i = 0
    while at >= 0 and i < tree.width:
        prefetch(tree.nodes + at * tree.stride + i)
        i += LINE_FLOATS


cdef inline void push(Node* heap, int64_t n, Node node) noexcept nogil:
    """Add a node to a heap of n, of which the most probable node is the first."""
    while n and heap[(n - 1) // 2].chance < node.chance:
        heap[n] = heap[(n - 1) // 2]
        n = (n - 1) // 2
    heap[n] = node


cdef inline Node pop(Node* heap, int64_t n) noexcept nogil:
    """Remove the most probable of n nodes from a heap."""
    cdef Node found = heap[0], last = heap[n - 1]
    cdef int64_t at = 0, below = 1
    while below < n - 1:
        if below + 1 < n - 1 and heap[below + 1].chance > heap[below].chance:
            below += 1
        if not heap[below].chance > last.chance:
            break
        heap[at] = heap[below]
        at, below = below, 2 * below + 1
    heap[at] = last
    return found


cdef int find_leaf(const Tree* tree, const float* hidden, Waiting* waiting, Node* best) noexcept nogil:
    """Expand the most probable of all waiting nodes until it is a leaf: other nodes need not be visited.

    Chances are probabilities, not their logarithms: the most probable leaf has at least 2**-depth. Returns -1
    if memory does not suffice.
    """
    cdef int64_t n = 1
    cdef Node node
    cdef Node* grown
    cdef double score, less, leaf = 0.0
    cdef int code, likelier
    waiting.nodes[0] = Node(tree.n_nodes - 1, 1.0)
    while True:
        best[0] = pop(waiting.nodes, n)
        n -= 1
        if best.at < 0:
            return 0
        if n + 2 > waiting.room:
            grown = <Node*>realloc(waiting.nodes, 2 * waiting.room * sizeof(Node))
            if grown == NULL:
                return -1
            waiting.nodes, waiting.room = grown, 2 * waiting.room
        score = product(hidden, tree.nodes + best.at * tree.stride, tree.width)
        less = exp(-fabs(score))
        likelier = 0 if score >= 0 else 1  # a code of 0 is the positive decision
        for code in range(2):
            node.at = tree.children[code * tree.n_nodes + best.at]
            node.chance = best.chance * ((1.0 if code == likelier else less) / (1.0 + less))
            if node.chance < leaf:  # a leaf is more probable
                continue
            if node.at < 0:
                leaf = node.chance
            ask_for(tree, node.at)
            push(waiting.nodes, n, node)
            n += 1


cdef class DecisionTree:
    """Finds leaves. It keeps its arrays, whose values may change; threads may use it at the same time.

    Parameters
    ----------
    nodes : ndarray of shape (at least n_nodes, D), float32
        Vectors of the decisions; each row is contiguous.
    children : ndarray of shape (2, n_nodes), int64
        A node before this one, or -1 minus a label; the last node is the root.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """

    cdef const float[:, :] nodes
    cdef const int64_t[:, ::1] children
    cdef Tree tree

    def __cinit__(self, const float[:, :] nodes not None, const int64_t[:, ::1] children not None):
        cdef int64_t n_nodes = children.shape[1], i
        cdef Py_ssize_t width = nodes.shape[1], side
        if children.shape[0] != 2 or n_nodes < 1 or nodes.shape[0] < n_nodes or width < 1:
            raise ValueError(
                f"expected branches of shape (2, n_nodes) and a vector for each node, got shapes "
                f"({children.shape[0]}, {n_nodes}) and ({nodes.shape[0]}, {width})"
            )
        if width > 1 and nodes.strides[1] != sizeof(float) or nodes.strides[0] % <Py_ssize_t>sizeof(float):
            raise ValueError("expected nodes whose numbers are side by side: pass np.ascontiguousarray(nodes)")
        for side in range(2):
            for i in range(n_nodes):
                if children[side, i] >= i:  # otherwise a path might have no end
                    raise ValueError(
                        f"branch {side} of node {i} leads to {children[side, i]}, expected a node before it"
                    )
        self.nodes, self.children = nodes, children
        self.tree = Tree(
            &nodes[0, 0], nodes.strides[0] // <Py_ssize_t>sizeof(float), width, &children[0, 0], n_nodes
        )

    def find(
        self,
        const float[:, ::1] hidden not None,        # (n, D)
        int64_t[::1] labels not None,               # (n,) OUT
        double[::1] logs not None,                  # (n,) OUT log probabilities
    ):
        """Write the most probable label of each line and its log probability."""
        cdef Py_ssize_t n = hidden.shape[0], i
        cdef Waiting waiting
        cdef Node best
        cdef int status = 0
        if labels.shape[0] != n or logs.shape[0] != n or hidden.shape[1] != self.tree.width:
            raise ValueError(
                f"expected {n} labels and logs for vectors of {self.tree.width} numbers, got {labels.shape[0]} "
                f"and {logs.shape[0]} for vectors of {hidden.shape[1]}"
            )
        waiting.room = FIRST_ROOM
        waiting.nodes = <Node*>malloc(FIRST_ROOM * sizeof(Node))
        if waiting.nodes == NULL:
            raise MemoryError
        with nogil:
            for i in range(n):
                status = find_leaf(&self.tree, &hidden[i, 0], &waiting, &best)
                if status != 0:
                    break
                labels[i] = -1 - best.at
                logs[i] = log(best.chance)
        free(waiting.nodes)
        if status != 0:
            raise MemoryError


def write_best(
    const float[:, ::1] scores not None,        # (n, n_labels) log probabilities up to a constant, or log odds
    bint is_each,                               # each label is decided separately
    int64_t[::1] labels not None,               # (n,) OUT the first of the best
    float[::1] probabilities not None,          # (n,) OUT
):
    """Write the label of each line with the highest score, and its probability.

    Raises
    ------
    ValueError
        If there are no labels, or the arrays do not fit together.
    """
    cdef Py_ssize_t n = scores.shape[0], n_labels = scores.shape[1], i, label
    cdef double total
    cdef float best
    if labels.shape[0] != n or probabilities.shape[0] != n or n_labels < 1:
        raise ValueError(
            f"expected {n} labels and probabilities for scores of at least one label, got {labels.shape[0]} and "
            f"{probabilities.shape[0]} for {n_labels}"
        )
    with nogil:
        for i in range(n):
            labels[i], best = 0, scores[i, 0]
            for label in range(1, n_labels):
                if scores[i, label] > best:
                    labels[i], best = label, scores[i, label]
            total = 1.0 + exp(-<double>best)
            if not is_each:
                total = 0.0
                for label in range(n_labels):
                    total += exp(<double>scores[i, label] - best)
            probabilities[i] = <float>(1.0 / total)
