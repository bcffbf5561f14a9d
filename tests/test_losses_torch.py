"""The loss on PyTorch tensors: the value of the arrays, and gradients (`make test-torch`)."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import negative_sampling_loss
from ns2vec.exceptions import ConfigError

torch = pytest.importorskip("torch", reason="torch is not installed: run make test-torch")


def batch(dtype=torch.float64, *, requires_grad=False):
    generator = torch.Generator().manual_seed(1)
    shapes = [(6, 8), (6, 8), (6, 5, 8)]
    return [
        torch.randn(shape, generator=generator, dtype=dtype).requires_grad_(requires_grad) for shape in shapes
    ]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_tensors_give_the_loss_of_arrays(reduction):
    tensors = batch()
    arrays = [tensor.numpy() for tensor in tensors]
    found = negative_sampling_loss(*tensors, reduction=reduction)
    assert isinstance(found, torch.Tensor)
    expected = negative_sampling_loss(*arrays, reduction=reduction)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    one = negative_sampling_loss(*(tensor[0] for tensor in tensors), reduction=reduction)
    np.testing.assert_allclose(one.item(), negative_sampling_loss(*(a[0] for a in arrays)), rtol=1e-12)


def test_a_thousand_draws_equal_the_plain_formula():
    generator = torch.Generator().manual_seed(2)
    center, context = torch.randn(2, 1000, 16, generator=generator)
    negatives = torch.randn(1000, 5, 16, generator=generator)
    positive = torch.nn.functional.logsigmoid(torch.einsum("bd,bd->b", center, context))
    negative = torch.nn.functional.logsigmoid(-torch.einsum("bkd,bd->bk", negatives, center)).sum(1)
    found = negative_sampling_loss(center, context, negatives, reduction="none")
    torch.testing.assert_close(found, -positive - negative, rtol=1e-5, atol=1e-5)


def test_gradients_are_those_of_finite_differences():
    assert torch.autograd.gradcheck(negative_sampling_loss, batch(requires_grad=True))


def test_parameters_and_saturated_scores_have_finite_gradients():
    center = torch.nn.Parameter(torch.tensor([1e3]))
    negative_sampling_loss(center, torch.tensor([-1e3]), torch.tensor([[1e3]])).backward()
    assert center.grad.item() == 2e3


def test_dtype_stays():
    assert negative_sampling_loss(*batch(torch.float32)).dtype == torch.float32


def test_arrays_among_tensors_are_named():
    center, context, negatives = batch()
    with pytest.raises(ConfigError, match="context_vector is not a torch"):
        negative_sampling_loss(center, context.numpy(), negatives)
