"""A plain LightGCN in PyTorch, for `python -m benchmarks recommenders` to compare with.

For each batch, there are three products of a sparse matrix with all vectors, and BPR on their mean; Adam;
uniform negatives that are redrawn if the user has interacted with them; gradients by autograd. The options
are those of `ns2vec.recommend.LightGCN`. `layout` is that of the sparse matrix: COO, used by published code,
or CSR, whose products are faster.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ns2vec.recommend.propagation import graph_of

SIZE, LAYERS, BATCH, RATE, REGULARIZATION = 64, 3, 4096, 0.005, 1e-4


def matrix_of(train: Any, layout: str) -> torch.Tensor:
    """The normalised graph of users and items."""
    graph = graph_of(train.known(), train.n_items)
    if layout == "csr":
        return torch.sparse_csr_tensor(graph.indptr, graph.indices, graph.data, graph.shape)
    cells = graph.tocoo()
    places = np.stack([cells.row, cells.col])
    return torch.sparse_coo_tensor(places, cells.data, cells.shape).coalesce()


def negatives(users: torch.Tensor, met: torch.Tensor, n_items: int) -> torch.Tensor:
    """An unknown item for each user."""
    drawn = torch.randint(n_items, (len(users),))
    while (bad := met[users, drawn]).any():
        drawn[bad] = torch.randint(n_items, (int(bad.sum()),))
    return drawn


def fit(train: Any, n_epochs: int, layout: str) -> torch.Tensor:
    """Train on one thread; return the vectors before propagation."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    graph = matrix_of(train, layout)
    base = torch.nn.Parameter(0.1 * torch.randn(graph.shape[0], SIZE))
    optimizer = torch.optim.Adam([base], lr=RATE)
    users = torch.as_tensor(train.users.astype(np.int64))
    items = torch.as_tensor(train.items.astype(np.int64))
    met = torch.zeros(train.n_users, train.n_items, dtype=torch.bool)
    met[users, items] = True
    for _ in range(n_epochs):
        for places in torch.randperm(len(users)).split(BATCH):
            user, chosen = users[places], train.n_users + items[places]
            other = train.n_users + negatives(user, met, train.n_items)
            layer = total = base
            for _ in range(LAYERS):
                layer = torch.sparse.mm(graph, layer)
                total = total + layer
            final = total / (LAYERS + 1)
            lead = (final[user] * (final[chosen] - final[other])).sum(dim=1)
            loss = torch.nn.functional.softplus(-lead).mean()
            squares = sum(base[rows].square().sum() for rows in (user, chosen, other))
            loss = loss + REGULARIZATION / 2 * squares / len(places)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return base.detach()
