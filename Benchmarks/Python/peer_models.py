"""The models that PyTorch trains beside Wright, written as somebody would who wants PyTorch to be fast.

Letters of the shape comments: R replicas, B texts, T tokens, D hidden, H heads, S head size, F feedforward, V vocabulary.

`PlainLlama` is the decoder of Wright's `Transformers`: RMSNorm, rotary positions (halves), causal attention, SwiGLU, no
biases, embedding and head untied. Query, key and value are one product, and so are gate and up. `StackedLlama` is R of
them in batched products. `transformers_llama` is the same decoder as Hugging Face has it.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


def rotary_tables(length, size):
    frequencies = 10000.0 ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
    return torch.cat([angles.cos()] * 2, -1), torch.cat([-angles.sin(), angles.sin()], -1)


def rotated(x, cosines, signed_sines):
    """x: [..., T, S]."""
    return x * cosines + torch.roll(x, x.shape[-1] // 2, -1) * signed_sines


def attention(q, k, v, kind):
    """Causal; q, k, v: [..., T, S]."""
    if kind == "sdpa":
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    length = q.shape[-2]
    mask = torch.full((length, length), -math.inf, dtype=q.dtype).triu(1)
    return ((q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5 + mask).softmax(-1) @ v


class PlainLlama(nn.Module):
    def __init__(self, shape, kind):
        super().__init__()
        self.heads, self.kind = shape["heads"], kind
        d, f = shape["hidden"], shape["feedForward"]
        self.embedding = nn.Embedding(shape["vocabulary"], d)
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    "norm1": nn.RMSNorm(d, eps=1e-5),
                    "qkv": nn.Linear(d, 3 * d, bias=False),
                    "out": nn.Linear(d, d, bias=False),
                    "norm2": nn.RMSNorm(d, eps=1e-5),
                    "gate_up": nn.Linear(d, 2 * f, bias=False),
                    "down": nn.Linear(f, d, bias=False),
                }
            )
            for _ in range(shape["layers"])
        )
        self.norm = nn.RMSNorm(d, eps=1e-5)
        self.head = nn.Linear(d, shape["vocabulary"], bias=False)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
        cosines, sines = rotary_tables(shape["length"], d // shape["heads"])
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)

    def forward(self, tokens):
        """[B, T] -> [B, T, V]."""
        b, t = tokens.shape
        x = self.embedding(tokens)
        for layer in self.layers:
            h = layer["qkv"](layer["norm1"](x)).view(b, t, 3, self.heads, -1)
            qk = rotated(h[:, :, :2].permute(2, 0, 3, 1, 4), self.cosines, self.sines)  # [2, B, H, T, S]
            v = h[:, :, 2].transpose(1, 2)
            y = attention(qk[0], qk[1], v.to(qk.dtype), self.kind)
            x = x + layer["out"](y.transpose(1, 2).reshape(b, t, -1))
            gate, up = layer["gate_up"](layer["norm2"](x)).chunk(2, -1)
            x = x + layer["down"](F.silu(gate) * up)
        return self.head(self.norm(x))

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())


def transformers_llama(shape, kind):
    """`LlamaForCausalLM` with the same loss: its own `labels` would shift the targets once more."""
    import transformers

    transformers.logging.set_verbosity_error()
    config = transformers.LlamaConfig(
        hidden_size=shape["hidden"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["heads"],
        intermediate_size=shape["feedForward"],
        vocab_size=shape["vocabulary"],
        max_position_embeddings=shape["length"],
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
        use_cache=False,
        attn_implementation=kind,
    )
    model = transformers.LlamaForCausalLM(config)

    class WithLoss(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = model

        def loss(self, tokens, targets):
            return F.cross_entropy(self.inner(input_ids=tokens).logits.flatten(0, 1), targets.flatten())

    return WithLoss()


class StackedLlama(nn.Module):
    """R independent decoders as batched products; the loss is the sum of theirs, so that gradients are each one's own."""

    def __init__(self, shape, kind, replicas):
        super().__init__()
        self.heads, self.kind, self.replicas, self.layers = shape["heads"], kind, replicas, shape["layers"]
        d, f, r, v = shape["hidden"], shape["feedForward"], replicas, shape["vocabulary"]

        def normal(*sizes):
            return nn.Parameter(torch.randn(r, *sizes) * 0.02)

        def gains():
            return nn.Parameter(torch.ones(r, 1, d))

        self.embedding = nn.Parameter(torch.randn(r * v, d) * 0.02)
        self.norm1 = nn.ParameterList(gains() for _ in range(self.layers))
        self.qkv = nn.ParameterList(normal(d, 3 * d) for _ in range(self.layers))
        self.out = nn.ParameterList(normal(d, d) for _ in range(self.layers))
        self.norm2 = nn.ParameterList(gains() for _ in range(self.layers))
        self.gate_up = nn.ParameterList(normal(d, 2 * f) for _ in range(self.layers))
        self.down = nn.ParameterList(normal(f, d) for _ in range(self.layers))
        self.norm = gains()
        self.head = normal(d, v)
        cosines, sines = rotary_tables(shape["length"], d // shape["heads"])
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)
        self.register_buffer("offsets", (torch.arange(r) * v).view(r, 1), persistent=False)

    def loss(self, tokens, targets):
        """[R, B, T] each."""
        r, b, t = tokens.shape

        def norm(x, gain):
            return F.rms_norm(x, x.shape[-1:], eps=1e-5) * gain

        x = F.embedding(tokens.view(r, b * t) + self.offsets, self.embedding)  # [R, BT, D]
        for i in range(self.layers):
            h = torch.bmm(norm(x, self.norm1[i]), self.qkv[i]).view(r * b, t, 3, self.heads, -1)
            qk = rotated(h[:, :, :2].permute(2, 0, 3, 1, 4), self.cosines, self.sines)
            v = h[:, :, 2].transpose(1, 2)
            y = attention(qk[0], qk[1], v.to(qk.dtype), self.kind)
            x = x + torch.bmm(y.transpose(1, 2).reshape(r, b * t, -1), self.out[i])
            gate, up = torch.bmm(norm(x, self.norm2[i]), self.gate_up[i]).chunk(2, -1)
            x = x + torch.bmm(F.silu(gate) * up, self.down[i])
        logits = torch.bmm(norm(x, self.norm), self.head)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum") / (b * t)


class Perceptron(nn.Module):
    """A perceptron with one hidden layer, ReLU and the mean square loss."""

    def __init__(self, shape):
        super().__init__()
        self.first = nn.Linear(shape["inputs"], shape["hidden"])
        self.second = nn.Linear(shape["hidden"], shape["outputs"])

    def loss(self, x, y):
        return F.mse_loss(self.second(F.relu(self.first(x))), y)
