"""Makes Tests/Python/goldens/training-*.json: gradients in float64 and ten steps of AdamW, for the Swift tests to meet.

Run once, by hand: python Tests/Python/make_training_goldens.py FIXTURES, where FIXTURES is the folder of llama-fixtures
(transformers 5.23.0, torch 2.13.0). Per fixture: the loss and the gradient of every tensor for the tokens of expected.json,
labels = tokens, all in float64; and the losses of ten steps of torch.optim.AdamW, in float64 and in float32, each measured
before its step.

Gradients are written as float64 in base64 (little-endian, row-major): a decimal text would be thrice as long.
"""

import base64
import json
import pathlib
import sys

import torch
import transformers

GOLDENS = pathlib.Path(__file__).parent / "goldens"
STEPS = {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.1, "count": 10}


def batches(vocabulary):
    """Ten batches of 3 sequences of 12 tokens by a rule that any language computes alike."""
    return [
        [[(step * 31 + row * 17 + i * i * 7 + i * (row + 3)) % vocabulary for i in range(12)] for row in range(3)]
        for step in range(STEPS["count"])
    ]


def load(folder, dtype):
    model = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
    # Angles are kept in float32 by default, and the softmax and the norms are computed in float32: here all is float64.
    return exact(model) if dtype == torch.float64 else model


def exact(model):
    """The model with every intermediate number in float64, rotary angles included."""
    rotary = model.model.rotary_emb
    config = model.config
    theta = config.rope_parameters["rope_theta"]
    half = torch.arange(0, config.head_dim, 2, dtype=torch.float64)
    frequencies = 1 / theta ** (half / config.head_dim)
    scaling = config.rope_parameters
    if scaling.get("rope_type") == "llama3":
        turns = scaling["original_max_position_embeddings"] * frequencies / (2 * torch.pi)
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        blend = ((turns - low) / (high - low)).clamp(0, 1)
        frequencies = (1 - blend) * frequencies / scaling["factor"] + blend * frequencies
    assert torch.allclose(frequencies.float(), rotary.inv_freq.float(), rtol=1e-6), "the frequencies of transformers"

    def angles(x, position_ids):
        table = position_ids[:, :, None].double() * frequencies
        table = torch.cat([table, table], dim=-1)
        return table.cos(), table.sin()

    rotary.forward = angles
    for module in model.modules():
        if type(module).__name__ == "LlamaRMSNorm":
            module.forward = lambda x, m=module: (
                m.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + m.variance_epsilon))
    return model


def loss(model, tokens):
    """The mean cross-entropy of the next token in the model's own precision (transformers itself sums in float32)."""
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=-1, dtype=None: softmax(x, dim=dim)  # eager attention asks for float32
    try:
        logits = model(torch.tensor(tokens), use_cache=False).logits
    finally:
        torch.nn.functional.softmax = softmax
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]), torch.tensor(tokens)[:, 1:].reshape(-1))


def steps(folder, dtype):
    model = load(folder, dtype)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=STEPS["lr"], betas=tuple(STEPS["betas"]), eps=STEPS["eps"],
        weight_decay=STEPS["weight_decay"])
    losses = []
    for tokens in batches(model.config.vocab_size):
        optimizer.zero_grad()
        value = loss(model, tokens)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


for name in ["plain_untied", "llama3rope_tied"]:
    folder = pathlib.Path(sys.argv[1]) / name
    expected = json.loads((folder / "expected.json").read_text())
    model = load(folder, torch.float64)
    value = loss(model, expected["input_ids"])
    assert abs(value.item() - expected["loss_f64"]) < 1e-5, "the loss that the fixture states"
    value.backward()
    golden = {
        "provenance": {
            "script": "Tests/Python/make_training_goldens.py", "transformers": transformers.__version__,
            "torch": torch.__version__, "fixture": name},
        "tokens": expected["input_ids"], "loss": value.item(),
        "gradients": {
            key: base64.b64encode(parameter.grad.numpy().tobytes()).decode()
            for key, parameter in model.named_parameters()},
        "adamw": STEPS | {"batches": batches(model.config.vocab_size), "losses_f64": steps(folder, torch.float64),
                          "losses_f32": steps(folder, torch.float32)},
    }
    (GOLDENS / f"training-{name}.json").write_text(json.dumps(golden) + "\n")
    print(name, value.item(), golden["adamw"]["losses_f64"], golden["adamw"]["losses_f32"])
