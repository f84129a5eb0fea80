"""Makes Tests/Python/goldens/optimizers.json: ten updates of each optimizer by PyTorch, for the Swift tests to read.

Run once, by hand: python Tests/Python/make_optimizer_goldens.py (torch 2.13.0). Parameters are a matrix of 5 x 7 and a vector of 9, one after
the other; weights and gradients are written as they were used, in float64 numbers that float32 holds exactly. Sign-SGD, which PyTorch does
not have, is written out with its tensors.
"""

import json
import pathlib

import torch

STEPS = 10
RATE = 0.03


class SignSGD(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                mean.mul_(group["momentum"]).add_(p.grad, alpha=1 - group["momentum"])
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(torch.sign(mean), alpha=-group["lr"])


CASES = {
    "adamW": (torch.optim.AdamW, {"weight_decay": 0.1, "betas": (0.9, 0.95), "eps": 1e-8}, None),
    "adamW of defaults, clipped": (torch.optim.AdamW, {"weight_decay": 0.0}, 1.5),
    "adam": (torch.optim.Adam, {"weight_decay": 0.2, "betas": (0.8, 0.99), "eps": 1e-6}, None),
    "sgd": (torch.optim.SGD, {"weight_decay": 0.1}, None),
    "sgd with momentum": (torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.1}, None),
    "sgd with dampening": (torch.optim.SGD, {"momentum": 0.8, "dampening": 0.3}, None),
    "sgd with nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, None),
    "signSGD": (SignSGD, {"weight_decay": 0.1}, None),
    "signSGD with momentum": (SignSGD, {"momentum": 0.9}, None),
}

generator = torch.Generator().manual_seed(3)
weights = torch.randn(44, generator=generator).double()
gradients = [torch.randn(44, generator=generator).double() * 0.5 for _ in range(STEPS)]
gradients[2][4] = 0

result = {"torch": torch.__version__, "learningRate": RATE, "weights": weights.tolist(),
          "gradients": [g.tolist() for g in gradients], "cases": {}}
for name, (kind, options, bound) in CASES.items():
    case = {}
    for dtype in (torch.float64, torch.float32):
        matrix = torch.nn.Parameter(weights[:35].reshape(5, 7).to(dtype, copy=True))
        vector = torch.nn.Parameter(weights[35:].to(dtype, copy=True))
        optimizer = kind([matrix, vector], lr=RATE, **options)
        course = []
        for gradient in gradients:
            matrix.grad = gradient[:35].reshape(5, 7).to(dtype, copy=True)
            vector.grad = gradient[35:].to(dtype, copy=True)
            if bound is not None:
                torch.nn.utils.clip_grad_norm_([matrix, vector], bound)
            optimizer.step()
            course.append(torch.cat([matrix.detach().flatten(), vector.detach()]).double().tolist())
        case[str(dtype).removeprefix("torch.")] = course
    result["cases"][name] = case

path = pathlib.Path(__file__).parent / "goldens" / "optimizers.json"
path.write_text(json.dumps(result) + "\n")
