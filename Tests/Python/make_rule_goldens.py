"""Makes Tests/Python/goldens/rules: values and gradients by torch.autograd, in float64, for the tests of the tape's operations.

Run once, by hand: python Tests/Python/make_rule_goldens.py (torch 2.13.0, transformers 5.23.0). Each file holds the inputs, the weights
of the sum whose gradient is taken, the value and the gradients, matrices as lists of rows' elements.
"""

import json
import math
import pathlib

import torch
import transformers
from transformers.models.llama import modeling_llama

GOLDENS = pathlib.Path(__file__).parent / "goldens" / "rules"
VERSIONS = f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}"


def save(name, inputs, value, weights, **settings):
    """The value and the gradients of its sum with weights, at the inputs."""
    (value * weights).sum().backward()
    record = {
        "versions": VERSIONS, "settings": settings, "shapes": [list(x.shape) for x in inputs],
        "inputs": [x.flatten().tolist() for x in inputs], "weights": weights.flatten().tolist(),
        "value": value.flatten().tolist(), "gradients": [x.grad.flatten().tolist() for x in inputs]}
    GOLDENS.mkdir(exist_ok=True)
    (GOLDENS / f"{name}.json").write_text(json.dumps(record) + "\n")


def leaf(*shape, scale=1.0):
    return (torch.randn(*shape, dtype=torch.float64) * scale).requires_grad_()


def attention(name, sequences, length, heads, groups, size):
    """Rotated queries and keys, and scaled_dot_product_attention: one joint matrix, as a decoder has it."""
    torch.manual_seed(1)
    joint = leaf(sequences * length, (heads + 2 * groups) * size)
    frequencies = [100.0 ** (-2 * i / size) for i in range(size // 2)]
    angles = torch.outer(torch.arange(length, dtype=torch.float64), torch.tensor(frequencies, dtype=torch.float64))
    angles = torch.cat((angles, angles), dim=-1)[None]
    parts = joint.view(sequences, length, heads + 2 * groups, size).transpose(1, 2).split([heads, groups, groups], dim=1)
    query, key = modeling_llama.apply_rotary_pos_emb(parts[0], parts[1], angles.cos(), angles.sin())
    out = torch.nn.functional.scaled_dot_product_attention(
        query, key, parts[2], is_causal=True, scale=1 / math.sqrt(size), enable_gqa=True)
    out = out.transpose(1, 2).reshape(sequences * length, heads * size)
    save(name, [joint], out, torch.randn_like(out), sequences=sequences, length=length, heads=heads, keyValueHeads=groups,
         headSize=size, base=100.0)


attention("attention-grouped", 2, 5, 4, 2, 4)
attention("attention-blocks", 1, 35, 1, 1, 4)

torch.manual_seed(2)
tokens = [3, 0, 3, 5, 1, 3]
table, positions = leaf(6, 5), leaf(4, 5)
rows = table[torch.tensor(tokens)] + positions[torch.arange(6) % 3]
save("embedding", [table, positions], rows, torch.randn_like(rows), tokens=tokens, length=3)

torch.manual_seed(3)
targets, weights = [4, 0, 18, 7, 2], [1.0, 0.5, 2.0, 0.0, 0.25]
logits = leaf(5, 19, scale=3)
losses = torch.nn.functional.cross_entropy(logits, torch.tensor(targets), reduction="none")
save("cross-entropy", [logits], (losses * torch.tensor(weights)).sum()[None] / 3.5, torch.ones(1, dtype=torch.float64),
     targets=targets, rowWeights=weights, normalization=1 / 3.5)

# The float32 cosines and sines that transformers computes, of pairs of a head of 16 at 50 positions.
rotary = modeling_llama.LlamaRotaryEmbedding(transformers.LlamaConfig(
    hidden_size=32, num_attention_heads=2, head_dim=16, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}))
cosines, sines = rotary(torch.zeros(1, dtype=torch.float32), torch.arange(50)[None])
(GOLDENS / "rotary-table.json").write_text(json.dumps(
    {"versions": VERSIONS, "base": 10000.0, "headSize": 16, "cosines": cosines[0, :, :8].flatten().tolist(),
     "sines": sines[0, :, :8].flatten().tolist()}) + "\n")
