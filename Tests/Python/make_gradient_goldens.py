"""Makes Tests/Python/goldens/gradients-of-torch-2.json: what PyTorch's autograd says in float64, for Tests/TensorsTests.

Run once, by hand: python Tests/Python/make_gradient_goldens.py (torch 2.13.0). The operations, their inputs and the loss are those of
Tests/TensorsTests/TestedOperation.swift under the same names: input i is sample(rows, columns, i + 1) times 2.1.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

GOLDENS = pathlib.Path(__file__).parent / "goldens"
EXTENTS = [(3, 5), (2, 17)]


def sample(rows, columns, seed, scale=2.1):
    """sampleMatrix of the Swift tests, by the same float64 arithmetic."""
    numbers = [(((i + seed) * 7919 + seed * 104729) % 197 / 98.5 - 1) * scale for i in range(rows * columns)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(rows, columns)


def halves(x):
    return x.chunk(2, dim=1)


def part(x):
    """The columns of swiGLUOfPart: gate at the end but one, up from the second."""
    width = (x.shape[1] - 3) // 2
    return F.silu(x[:, width + 2:-1]) * x[:, 1:width + 1]


def signs(x):
    return torch.tensor([1.0 if i % 3 == 0 else -1.0 for i in range(x.numel())], dtype=x.dtype).reshape(x.shape)


def rms_norm(x, gain):
    return F.rms_norm(x, (x.shape[1],), gain[0], eps=1e-5)


def layer_norm(x, gain, bias):
    return F.layer_norm(x, (x.shape[1],), gain[0], bias[0], eps=1e-5)


# Name: (extents of the inputs for r rows and c columns, the operation).
OPERATIONS = {
    "linear": (lambda r, c: [(r, c), (5, c)], F.linear),
    "linearWithBias": (lambda r, c: [(r, c), (5, c), (1, 5)], lambda x, w, b: F.linear(x, w, b[0])),
    "linearWithResidual": (
        lambda r, c: [(r, c), (5, c), (1, 5), (r, 5)], lambda x, w, b, s: F.linear(x, w, b[0]) + s),
    "linearOfItsResidual": (lambda r, c: [(r, c), (c, c)], lambda x, w: F.linear(x, w) + x),
    "linearByItself": (lambda r, c: [(r, c)], lambda x: x @ x.T),
    "rectifiedLinear": (
        lambda r, c: [(r, c), (5, c), (1, 5)], lambda x, w, b: F.relu(F.linear(x, w, b[0]))),
    "rectifiedLinearByItself": (lambda r, c: [(r, c)], lambda x: F.relu(x @ x.T)),
    "rectifiedLinearToOne": (
        lambda r, c: [(r, c), (5, c), (1, 5), (1, 5)], lambda x, w, b, v: F.linear(F.relu(F.linear(x, w, b[0])), v)),
    "sum": (lambda r, c: [(r, c), (r, c)], torch.add),
    "sumWithItself": (lambda r, c: [(r, c)], lambda x: x + x),
    "weightedSum": (lambda r, c: [(1, 1), (1, 1)], lambda x, y: 0.75 * x - 2 * y),
    "relu": (lambda r, c: [(r, c)], F.relu),
    "reluOfLinear": (lambda r, c: [(r, c), (5, c)], lambda x, w: F.relu(F.linear(x, w))),
    "gelu": (lambda r, c: [(r, c)], F.gelu),
    "geluTanh": (lambda r, c: [(r, c)], lambda x: F.gelu(x, approximate="tanh")),
    "silu": (lambda r, c: [(r, c)], F.silu),
    "sigmoid": (lambda r, c: [(r, c)], torch.sigmoid),
    "sigmoidOfLinear": (lambda r, c: [(r, c), (5, c)], lambda x, w: torch.sigmoid(F.linear(x, w))),
    "tanh": (lambda r, c: [(r, c)], torch.tanh),
    "tanhThenReLU": (lambda r, c: [(r, c)], lambda x: F.relu(torch.tanh(x))),
    "swiGLUOfHalves": (lambda r, c: [(r, 2 * c)], lambda x: F.silu(halves(x)[0]) * halves(x)[1]),
    "swiGLUOfPart": (lambda r, c: [(r, 2 * c + 3)], part),
    "swiGLUOfTwo": (lambda r, c: [(r, c), (r, c + 2)], lambda x, y: F.silu(x) * y[:, 1:-1]),
    "swiGLUOfOne": (lambda r, c: [(r, c)], lambda x: F.silu(x) * x),
    "swiGLUOverlapping": (lambda r, c: [(r, 2 * c + 3)], lambda x: F.silu(x[:, :-2]) * x[:, 2:]),
    "rmsNorm": (lambda r, c: [(r, c), (1, c)], rms_norm),
    "rmsNormByItself": (lambda r, c: [(1, c)], lambda x: rms_norm(x, x)),
    "rmsNormWithResidual": (lambda r, c: [(r, c), (1, c)], lambda x, g: x + rms_norm(x, g)),
    "layerNorm": (lambda r, c: [(r, c), (1, c), (1, c)], layer_norm),
    "layerNormWithOneRow": (lambda r, c: [(r, c), (1, c)], lambda x, g: layer_norm(x, g, g)),
    "squaredLoss": (lambda r, c: [(r, c)], lambda x: 0.3 * F.mse_loss(x, signs(x), reduction="sum")),
    "hingeLoss": (lambda r, c: [(r, c)], lambda x: 0.3 * F.relu(1 - signs(x) * x).sum()),
    "logisticLoss": (lambda r, c: [(r, c)], lambda x: 0.3 * F.soft_margin_loss(x, signs(x), reduction="sum")),
}


def case(name, rows, columns):
    extents, operation = OPERATIONS[name]
    inputs = [sample(r, c, i + 1).requires_grad_() for i, (r, c) in enumerate(extents(rows, columns))]
    result = operation(*inputs)
    if result.numel() == 1:
        loss = result.sum()
    else:
        # The tape reads targets in float32.
        targets = sample(*result.shape, 11, scale=1).float().double()
        loss = 0.1 * F.mse_loss(result, targets, reduction="sum")
    loss.backward()
    gradients = [x.grad.flatten().tolist() for x in inputs]
    return {"operation": name, "rows": rows, "columns": columns, "loss": loss.item(), "gradients": gradients}


torch.set_num_threads(1)
cases = [case(name, *extents) for name in OPERATIONS for extents in EXTENTS]
lines = ",\n".join(json.dumps(one) for one in cases)
(GOLDENS / "gradients-of-torch-2.json").write_text(f'{{"torch": "{torch.__version__}", "cases": [\n{lines}\n]}}\n')
