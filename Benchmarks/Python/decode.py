"""The process that DecodingPeer.swift speaks with: `python decode.py THREADS`, one JSON object a line.

{"load": {"folder": PATH, "variant": {...}, "batch": B, "length": N}} reads a LLaMA in Hugging Face's layout and answers
{"parameters": N, "seconds": S}; no text will have more than `length` tokens.
{"prompts": [[token, ...], ...], "count": N} continues each prompt greedily and answers {"seconds": S, "tokens": [[token,
...], ...], "peakBytes": N}: the new tokens, and the time of reading the prompts and of finding these.
What goes wrong is answered as {"error": TEXT}. `VARIANTS` says what a variant may ask for.
"""

import json
import os
import platform
import signal
import sys
import time

# Lines go to what was standard output; whatever a library prints goes to standard error.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

VARIANTS = {
    "way": "plain",  # generate (of transformers), loop (the same model called token by token), plain (below)
    "compile": "none",  # none, step: plain's step as one graph, with the weights as constants of it
    "wrapper": "python",  # python, cpp: who calls the compiled kernels
    "precision": "float32",  # float32, bfloat16: of weights, activations and cache
    "limit": 300,  # seconds that loading and compiling may take
}


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class TransformersDecoder:
    def __init__(self, folder, variant):
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        dtype = getattr(torch, variant["precision"])
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
        self.parameters = self.model.num_parameters()
        self.decode = self.generate if variant["way"] == "generate" else self.loop

    def generate(self, tokens, count):
        mask = torch.ones_like(tokens)
        texts = self.model.generate(
            tokens, attention_mask=mask, max_new_tokens=count, do_sample=False, use_cache=True, pad_token_id=0
        )
        return texts[:, tokens.shape[1] :]

    def loop(self, tokens, count):
        out = self.model(input_ids=tokens, use_cache=True, logits_to_keep=1)
        found = [out.logits[:, -1].argmax(-1, keepdim=True)]
        while len(found) < count:
            out = self.model(input_ids=found[-1], past_key_values=out.past_key_values, use_cache=True)
            found.append(out.logits[:, -1].argmax(-1, keepdim=True))
        return torch.cat(found, 1)


class PlainDecoder:
    """The decoder without a framework above torch: fused projections, and a cache of all positions made beforehand."""

    def __init__(self, folder, variant, batch, length):
        from safetensors.torch import load_file

        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
        tensors = {}
        for name in sorted(os.listdir(folder)):
            if name.endswith(".safetensors"):
                tensors |= load_file(os.path.join(folder, name))
        self.parameters = sum(t.numel() for t in tensors.values())
        dtype = getattr(torch, variant["precision"])
        tensors = {k: t.to(dtype) for k, t in tensors.items()}
        self.heads = config["num_attention_heads"]
        groups = config["num_key_value_heads"]
        assert groups == self.heads, "one key-value head for each query head"
        self.epsilon = config["rms_norm_eps"]
        self.size = config["hidden_size"] // self.heads
        theta = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
        self.embedding = tensors["model.embed_tokens.weight"]
        self.norm = tensors["model.norm.weight"]
        self.head = tensors["lm_head.weight"]
        self.layers = []
        for i in range(config["num_hidden_layers"]):
            of = lambda name: tensors[f"model.layers.{i}.{name}.weight"]  # noqa: B023, E731
            qkv = torch.cat([of(f"self_attn.{part}_proj") for part in "qkv"])
            gate_up = torch.cat([of("mlp.gate_proj"), of("mlp.up_proj")])
            self.layers.append(
                (of("input_layernorm"), qkv, of("self_attn.o_proj"), of("post_attention_layernorm"), gate_up,
                 of("mlp.down_proj"))
            )  # fmt: skip
        frequencies = theta ** (-torch.arange(0, self.size, 2, dtype=torch.float32) / self.size)
        angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies)
        self.cosines = torch.cat([angles.cos()] * 2, -1).to(dtype)
        self.sines = torch.cat([-angles.sin(), angles.sin()], -1).to(dtype)
        # [layer][2, B, H, length, S]
        self.cache = [torch.zeros(2, batch, self.heads, length, self.size, dtype=dtype) for _ in self.layers]
        self.step = self.sliced_step
        if variant["compile"] == "step":
            import torch._inductor.config as inductor

            inductor.freezing = True
            inductor.cpp_wrapper = variant["wrapper"] == "cpp"
            compiled = torch.compile(self.masked_step, fullgraph=True, dynamic=False)
            places = torch.arange(length)
            self.step = lambda tokens, at: compiled(tokens, places[at : at + 1], places)

    def block(self, x, layer, cosines, sines, attend):
        """x: [B, T, D]; `attend(q, k, v)` takes and returns [B, H, T, S]."""
        norm1, qkv, out, norm2, gate_up, down = layer
        b, t, d = x.shape
        h = F.linear(F.rms_norm(x, (d,), norm1, self.epsilon), qkv).view(b, t, 3, self.heads, self.size)
        h = h.permute(2, 0, 3, 1, 4)
        qk = h[:2] * cosines + torch.roll(h[:2], self.size // 2, -1) * sines
        y = attend(qk[0], qk[1], h[2])
        x = x + F.linear(y.transpose(1, 2).reshape(b, t, d), out)
        gate, up = F.linear(F.rms_norm(x, (d,), norm2, self.epsilon), gate_up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, down)

    def greatest(self, x):
        return F.linear(F.rms_norm(x[:, -1], x.shape[-1:], self.norm, self.epsilon), self.head).argmax(-1, keepdim=True)

    def sliced_step(self, tokens, at):
        """Reads tokens [B, T] at position `at` and returns the next, [B, 1]; looks at as much of the cache as is full."""
        end = at + tokens.shape[1]
        x = F.embedding(tokens, self.embedding)
        for layer, cache in zip(self.layers, self.cache):

            def attend(q, k, v):
                cache[0, :, :, at:end] = k  # noqa: B023
                cache[1, :, :, at:end] = v  # noqa: B023
                known = cache[:, :, :, :end]  # noqa: B023
                return F.scaled_dot_product_attention(q, known[0], known[1], is_causal=at == 0)

            x = self.block(x, layer, self.cosines[at:end], self.sines[at:end], attend)
        return self.greatest(x)

    def masked_step(self, tokens, at, places):
        """The same for one token, with shapes that do not depend on the position, which is a tensor."""
        mask = torch.where(places <= at, 0.0, -torch.inf).to(self.cosines.dtype).view(1, 1, 1, -1)
        x = F.embedding(tokens, self.embedding)
        for layer, cache in zip(self.layers, self.cache):

            def attend(q, k, v):
                cache[0].index_copy_(2, at, k)  # noqa: B023
                cache[1].index_copy_(2, at, v)  # noqa: B023
                weights = q @ cache[0].transpose(-1, -2) * self.size**-0.5 + mask  # noqa: B023
                return weights.softmax(-1) @ cache[1]  # noqa: B023

            x = self.block(x, layer, self.cosines[at], self.sines[at], attend)
        return self.greatest(x)

    def decode(self, tokens, count):
        # Prompts have lengths of their own: they are read without the compiled step.
        found = [self.sliced_step(tokens, 0)]
        for at in range(tokens.shape[1], tokens.shape[1] + count - 1):
            found.append(self.step(found[-1], at))
        return torch.cat(found, 1)


def load(request):
    variant = {**VARIANTS, **request["variant"]}
    if unknown := set(variant) - set(VARIANTS):
        raise ValueError(f"a variant knows no {sorted(unknown)}")

    def late(*_):
        raise TimeoutError(f"loading and compiling took longer than {variant['limit']} s")

    start = time.perf_counter()
    signal.signal(signal.SIGALRM, late)
    signal.alarm(variant["limit"])
    try:
        if variant["way"] == "plain":
            decoder = PlainDecoder(request["folder"], variant, request["batch"], request["length"])
        else:
            decoder = TransformersDecoder(request["folder"], variant)
        with torch.inference_mode():
            decoder.decode(torch.zeros(request["batch"], 2, dtype=torch.long), 4)
    finally:
        signal.alarm(0)
    return decoder, {"parameters": decoder.parameters, "seconds": time.perf_counter() - start}


def decode(decoder, request):
    tokens = torch.tensor(request["prompts"])
    with torch.inference_mode():
        start = time.perf_counter()
        found = decoder.decode(tokens, request["count"])
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "tokens": found.tolist(), "peakBytes": peak_bytes()}


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    answer({"python": platform.python_version(), "torch": torch.__version__, "threads": torch.get_num_threads()})
    decoder = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "load" in request:
                decoder = None
                decoder, facts = load(request["load"])
                answer(facts)
            else:
                answer(decode(decoder, request))
        except Exception as error:  # A variant that torch cannot do is a result, not the end of the run.
            answer({"error": f"{type(error).__name__}: {error}"[:500]})


main()
