"""The process that TrainingPeer.swift speaks with: `python train.py THREADS`, one JSON object a line.

{"build": {"shape": {...}, "variant": {...}}} builds a model and answers {"parameters": N, "seconds": S,
"productError": E}: what the error of a product is, relative to its greatest entry.
{"products": N} answers {"float32": R, "bfloat16": R}: the floating-point operations a second of N x N matrix products.
{"steps": N} takes N training steps (forward, backward, AdamW) on random batches made beforehand and answers
{"seconds": S, "processorSeconds": S, "losses": [...], "peakBytes": N}: the time of the steps alone, by the clock and of
all threads together.
What goes wrong is answered as {"error": TEXT}. Compilation that takes longer than the variant's `limit` is such an error.

A shape is {"kind": "llama", "hidden", "layers", "heads", "feedForward", "vocabulary", "batch", "length", "replicas"} or
{"kind": "perceptron", "inputs", "hidden", "outputs", "batch"}. `VARIANTS` says what a variant may ask for.
"""

import contextlib
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
os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
import torch  # noqa: E402
import torch.multiprocessing as multiprocessing  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import peer_models  # noqa: E402

VARIANTS = {
    "model": "plain",  # plain, transformers; with replicas also: stacked, vmap, loop
    "attention": "sdpa",  # sdpa, eager
    "optimizer": "fused",  # fused, foreach, single, functional (written out, inside the compiled step)
    "precision": "float32",  # float32, autocast (bfloat16), products (oneDNN may round operands of float32's to bfloat16)
    "compile": "none",  # none, loss, step
    "wrapper": "python",  # python, cpp: who calls the compiled kernels
    "unroll": 1,  # steps in one compiled graph
    "processes": 1,  # replicas divided among processes, each with its share of the threads
    "limit": 300,  # seconds that compilation may take
}
RATE, BETAS, EPSILON, DECAY = 1e-3, (0.9, 0.999), 1e-8, 0.01
POOL = 8


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def batches(shape, replicas):
    """A pool of batches: random tokens with random targets, or random points with random values."""
    generator = torch.Generator().manual_seed(1)
    if shape["kind"] == "perceptron":
        x = torch.randn(POOL, shape["batch"], shape["inputs"], generator=generator)
        return [(a, a[:, :1].sin()) for a in x]
    sizes = [shape["batch"], shape["length"]]
    if replicas is not None:
        sizes.insert(0, replicas)
    draw = lambda: torch.randint(shape["vocabulary"], [POOL, *sizes], generator=generator)  # noqa: E731
    return list(zip(draw(), draw()))


def build_model(shape, variant, replicas):
    kind = variant["attention"]
    if shape["kind"] == "perceptron":
        return peer_models.Perceptron(shape)
    if variant["model"] == "transformers":
        return peer_models.transformers_llama(shape, kind)
    if variant["model"] == "stacked":
        return peer_models.StackedLlama(shape, kind, replicas)
    return peer_models.PlainLlama(shape, kind)


def precision_context(variant):
    if variant["precision"] == "autocast":
        return lambda: torch.autocast("cpu", dtype=torch.bfloat16)
    if variant["precision"] == "products":
        torch.set_float32_matmul_precision("medium")
    return contextlib.nullcontext


def optimizer(variant, parameters):
    kind = variant["optimizer"]
    choice = {"fused": {"fused": True}, "foreach": {"foreach": True}, "single": {"foreach": False, "fused": False}}
    return torch.optim.AdamW(parameters, lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY, **choice[kind])


class ModuleSteps:
    """Steps in the usual way: a module, `backward()`, an optimizer of torch; several modules one after the other."""

    def __init__(self, variant, models, replicas):
        self.models = models
        # What is answered is the mean over replicas; a stacked model's loss is a sum.
        self.divisor = replicas or 1
        self.precision = precision_context(variant)
        self.losses = [m.loss for m in models]
        if variant["compile"] == "loss":
            self.losses = [torch.compile(loss) for loss in self.losses]
        self.optimizers = [optimizer(variant, list(m.parameters())) for m in models]
        self.step = self.one
        if variant["compile"] == "step":
            # The optimizer is a graph of its own: `backward()` stands between the two.
            self.losses = [torch.compile(loss) for loss in self.losses]
            self.updates = [torch.compile(o.step) for o in self.optimizers]
        else:
            self.updates = [o.step for o in self.optimizers]

    def one(self, batch):
        total = 0.0
        for i, loss_of in enumerate(self.losses):
            x, y = batch if len(self.losses) == 1 else (batch[0][i], batch[1][i])
            with self.precision():
                loss = loss_of(x, y)
            loss.backward()
            self.updates[i]()
            self.optimizers[i].zero_grad(set_to_none=True)
            total = total + loss.detach()
        return [total / self.divisor]


class FunctionalSteps:
    """Steps as one function of parameters and moments, for `torch.compile` to see whole, and for `vmap` over replicas."""

    def __init__(self, variant, models, is_mapped):
        self.models = models
        call = models[0]

        def loss_of(parameters, x, y):
            with precision():
                return torch.func.functional_call(wrapped, parameters, (x, y))

        class Wrapped(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = call

            def forward(self, x, y):
                return self.inner.loss(x, y)

        precision = precision_context(variant)
        wrapped = Wrapped()
        gradient = torch.func.grad_and_value(loss_of)
        if is_mapped:
            gradient = torch.func.vmap(gradient)
            parameters, _ = torch.func.stack_module_state([m for m in models])
            self.parameters = {"inner." + k: p.detach() for k, p in parameters.items()}
        else:
            self.parameters = {k: p.detach() for k, p in wrapped.named_parameters()}
        self.unroll = variant["unroll"]
        self.first = {k: torch.zeros_like(p) for k, p in self.parameters.items()}
        self.second = {k: torch.zeros_like(p) for k, p in self.parameters.items()}
        # The powers of the decay rates are tensors: as numbers they would be constants of the graph.
        self.powers = torch.ones(2)
        rates = torch.tensor(BETAS)

        def update(parameters, first, second, powers, batches):
            losses = []
            for x, y in batches:
                gradients, loss = gradient(parameters, x, y)
                powers.mul_(rates)
                scale = RATE / (1 - powers[0])
                root = (1 - powers[1]).rsqrt()
                for k, p in parameters.items():
                    g, m, v = gradients[k], first[k], second[k]
                    m.lerp_(g, 1 - BETAS[0])
                    v.mul_(BETAS[1]).addcmul_(g, g, value=1 - BETAS[1])
                    p.mul_(1 - RATE * DECAY).sub_(scale * m / (v.sqrt() * root + EPSILON))
                losses.append(loss.mean())
            return losses

        self.update = torch.compile(update, fullgraph=True) if variant["compile"] == "step" else update
        self.pending = []

    def step(self, batch):
        self.pending.append(batch)
        if len(self.pending) < self.unroll:
            return []
        pending, self.pending = self.pending, []
        with torch.no_grad():
            return self.update(self.parameters, self.first, self.second, self.powers, pending)


class Trainer:
    """One model, or some replicas of it, in this process."""

    def __init__(self, shape, variant, replicas):
        torch.manual_seed(0)
        if variant["wrapper"] == "cpp":
            import torch._inductor.config as inductor

            inductor.cpp_wrapper = True
        separate = replicas is not None and variant["model"] != "stacked"
        models = [build_model(shape, variant, replicas) for _ in range(replicas if separate else 1)]
        self.parameters = sum(p.numel() for m in models for p in m.parameters())
        self.pool = batches(shape, replicas)
        self.at = 0
        if variant["optimizer"] == "functional":
            self.steps = FunctionalSteps(variant, models, variant["model"] == "vmap")
        else:
            self.steps = ModuleSteps(variant, models, replicas)

    def run(self, count):
        losses = []
        start, processor = time.perf_counter(), time.process_time()
        for _ in range(count):
            losses += self.steps.step(self.pool[self.at % POOL])
            self.at += 1
        return {
            "seconds": time.perf_counter() - start,
            "processorSeconds": time.process_time() - processor,
            "losses": [float(loss) for loss in losses],
            "peakBytes": peak_bytes(),
        }


def worker(pipe, shape, variant, replicas, threads):
    torch.set_num_threads(threads)
    trainer = Trainer(shape, variant, replicas)
    pipe.send({"parameters": trainer.parameters})
    while (count := pipe.recv()) is not None:
        pipe.send(trainer.run(count))


class Workers:
    """Replicas divided among processes: their steps need nothing of each other."""

    def __init__(self, shape, variant, replicas, threads):
        count = variant["processes"]
        context = multiprocessing.get_context("fork")
        self.pipes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            share = (theirs, shape, variant, replicas // count, max(1, threads // count))
            context.Process(target=worker, args=share, daemon=True).start()
            self.pipes.append(ours)
        self.parameters = sum(pipe.recv()["parameters"] for pipe in self.pipes)

    def run(self, count):
        start = time.perf_counter()
        for pipe in self.pipes:
            pipe.send(count)
        parts = [pipe.recv() for pipe in self.pipes]
        seconds = time.perf_counter() - start
        losses = [sum(values) / len(parts) for values in zip(*(part["losses"] for part in parts))]
        total = {key: sum(part[key] for part in parts) for key in ["processorSeconds", "peakBytes"]}
        return {"seconds": seconds, "losses": losses, **total}


def build(request, threads):
    shape = request["shape"]
    variant = {**VARIANTS, **request["variant"]}
    if unknown := set(variant) - set(VARIANTS):
        raise ValueError(f"a variant knows no {sorted(unknown)}")
    replicas = shape.get("replicas")

    def late(*_):
        raise TimeoutError(f"compilation took longer than {variant['limit']} s")

    start = time.perf_counter()
    signal.signal(signal.SIGALRM, late)
    signal.alarm(variant["limit"])
    try:
        if variant["processes"] > 1:
            trainer = Workers(shape, variant, replicas, threads)
        else:
            trainer = Trainer(shape, variant, replicas)
        # Compilation happens in the first step, and again where the second step's inputs look different.
        trainer.run(2 * variant["unroll"])
    finally:
        signal.alarm(0)
    facts = {"parameters": trainer.parameters, "seconds": time.perf_counter() - start}
    with precision_context(variant)():
        return trainer, {**facts, "productError": product_error()}


def product_error():
    """Of float32 near 1e-7 times some; of bfloat16 near 1e-3."""
    generator = torch.Generator().manual_seed(2)
    a, b = (torch.randn(256, 256, generator=generator) for _ in range(2))
    exact = a.double() @ b.double().T
    return float((F.linear(a, b).double() - exact).abs().max() / exact.abs().max())


def product_rates(size):
    """The best of several products by each library that torch has: MKL, and oneDNN where "medium" chooses it."""
    rates = {"float32": 0.0, "bfloat16": 0.0}
    before = torch.get_float32_matmul_precision()
    for setting, name in [("highest", "float32"), ("medium", "float32"), ("highest", "bfloat16")]:
        torch.set_float32_matmul_precision(setting)
        if name == "float32" and product_error() > 1e-5:
            continue
        a, b = (torch.randn(size, size).to(getattr(torch, name)) for _ in range(2))
        for _ in range(12):
            start = time.perf_counter()
            a @ b
            rates[name] = max(rates[name], 2 * size**3 / (time.perf_counter() - start))
    torch.set_float32_matmul_precision(before)
    return rates


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    answer({"python": platform.python_version(), "torch": torch.__version__, "threads": torch.get_num_threads()})
    trainer = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "build" in request:
                trainer = None
                trainer, facts = build(request["build"], threads)
                answer(facts)
            elif "products" in request:
                answer(product_rates(request["products"]))
            else:
                answer(trainer.run(request["steps"]))
        except Exception as error:  # A variant that torch cannot do is a result, not the end of the run.
            answer({"error": f"{type(error).__name__}: {error}"[:500]})


main()
