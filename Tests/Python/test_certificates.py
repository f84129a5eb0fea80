"""Certificates against other people's software: what transformers computes has to keep within what a certificate states.

A folder is constructed, certified under the rounding of each number format, and run by generate() in that format. Expected tokens come
from the Bristol file as Python evaluates it, never from wright. Seen of each step: the logits, the scores and the weights of attention.
"""

import dataclasses
import functools
import json
import math
import pathlib
import random
import shutil
import struct
import sys
import tempfile
import unittest

import certificate_reader
from bristol_circuit import BristolCircuit
from test_simulations import BFLOAT16, CIRCUITS, FLOAT16, FLOAT32, SEED, Simulation, bits, number, summands, wright

import torch
import transformers
from safetensors.torch import load_file, save_file

# The significant binary digits of each format.
DIGITS = {FLOAT32: 24, FLOAT16: 11, BFLOAT16: 8}


def setUpModule():
    global SCRATCH, THREADS
    SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="wright-certificates-"))
    THREADS = torch.get_num_threads()
    torch.set_num_threads(1)
    transformers.AttentionInterface.register(RECORDING, recording_attention)
    transformers.masking_utils.ALL_MASK_ATTENTION_FUNCTIONS.register(RECORDING, transformers.masking_utils.eager_mask)


def tearDownModule():
    torch.set_num_threads(THREADS)
    shutil.rmtree(SCRATCH)


# MARK: What runs show

RECORDING = "eager-with-its-scores"
SCORES = []


def recording_attention(module, query, key, value, attention_mask, scaling=None, **options):
    """Eager attention; the last position's scores are left in SCORES. They are computed as eager attention computes them."""
    copies = query.shape[1] // key.shape[1]
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    scores = torch.matmul(query, key.repeat_interleave(copies, 1).transpose(2, 3)) * scale
    SCORES.append(scores[:, :, -1, :].double())
    eager = sys.modules[type(module).__module__].eager_attention_forward
    return eager(module, query, key, value, attention_mask, scaling=scaling, **options)


@dataclasses.dataclass
class Observation:
    """The worst of some runs: in the terms of a certificate's bounds, what there was."""

    margin: float = math.inf  # least lead of the right token's logit, in units of the last normalization's factor
    gap: float = math.inf  # least lead of the selected position's score
    leak: float = 0.0  # greatest total weight of other positions
    faults: list = dataclasses.field(default_factory=list)  # wrong tokens, wrong positions

    def violations(self, bounds):
        """What of `bounds` these runs refute."""
        layer, found = bounds["layers"][0], list(self.faults)
        # A head that has no rival leads by infinity.
        if self.margin < float(bounds["tokenMargin"]["value"]):
            found.append(f"a margin of {self.margin}, and {bounds['tokenMargin']['value']} is certified")
        if self.gap < float(layer["scoreGap"]["value"]):
            found.append(f"a gap of {self.gap}, and {layer['scoreGap']['value']} is certified")
        if self.leak > layer["leak"]["value"]:
            found.append(f"a leak of {self.leak}, and {layer['leak']['value']} is certified")
        return found


class Subject:
    """A circuit, its folder in one form, and the witness of where on the chain its wires are."""

    def __init__(self, name, path, form, inputs):
        self.name, self.path, self.form, self.inputs = name, path, form, inputs
        self.circuit = BristolCircuit(path)
        self.folder = SCRATCH / f"{name}-{form}"
        wright("construct", path, "-o", self.folder, "--form", form, "--quiet")
        self.simulation = Simulation(self.folder)

    @functools.cache
    def certified(self, *semantics):
        """What `wright certify` says of the folder, and its certificate as Python reads it."""
        path = SCRATCH / f"{self.folder.name}-{''.join(map(str, semantics)).replace('/', '')}.cert"
        report = json.loads(wright("certify", self.folder, "--circuit", self.path, "-o", path, "--json", "--semantics", *semantics))
        assert report["verdict"] == "proved", report
        header, sources = certificate_reader.read(path)
        assert header["bounds"] == report["bounds"], "the certificate's bounds are not those that were printed"
        return path, header, sources

    def expected(self, sources, bits):
        """The tokens of the chain for one assignment: the values of Python's circuit, put where the witness says."""
        values = [None] * self.simulation.wire_count
        for source, value in zip(sources, self.circuit.wire_values(bits), strict=True):
            if source >= 0:
                assert values[source >> 1] in (None, value ^ source & 1), f"two values of chain wire {source >> 1}"
                values[source >> 1] = value ^ source & 1
        assert None not in values, "a chain wire that the witness does not speak of"
        end = [2 * self.simulation.wire_count + 1] * self.simulation.is_llama
        return self.simulation.leading + [self.simulation.token(wire, value) for wire, value in enumerate(values)] + end

    def operands(self, sources):
        """For each step the chain wires that its gate reads, according to circuit and witness."""
        steps = [None] * self.simulation.step_count
        for gate, (_, operands) in enumerate(self.circuit.gates):
            step = (sources[self.circuit.input_count + gate] >> 1) - self.simulation.input_count
            # An inverter stands nowhere on the chain: its source is its operand's, complemented, which came before.
            if step >= 0 and steps[step] is None and len(operands) == 2:
                steps[step] = {sources[wire] >> 1 for wire in operands}
        return steps

    @functools.cache
    def observed(self, dtype):
        """What a greedy run of all inputs in `dtype` shows."""
        return observe(self, self.folder, dtype)


def observe(subject, folder, dtype):
    """Runs `folder` on the subject's inputs, step by step with a cache, and takes down the worst."""
    simulation, (_, _, sources) = subject.simulation, subject.certified("ideal")
    model = Simulation(folder).model(dtype, RECORDING)
    assert model.dtype == dtype
    final = model.model.norm if simulation.is_llama else model.transformer.ln_f
    factors, found = [], Observation()

    def factor(_, arguments, result):
        before, after = (x[:, -1].double().abs().amax(-1) for x in (arguments[0], result))
        factors.append(after / before)

    SCORES.clear()
    hook = final.register_forward_hook(factor)
    prompts = torch.tensor([simulation.prompt(text) for text in subject.inputs])
    run = model.generate(
        prompts, attention_mask=torch.ones_like(prompts), output_logits=True, output_attentions=True,
        return_dict_in_generate=True)
    hook.remove()
    expected = torch.tensor([subject.expected(sources, text) for text in subject.inputs])
    if run.sequences.tolist() != expected.tolist():
        found.faults.append("a token is wrong")
        return found
    operands, lead = subject.operands(sources), len(simulation.leading)
    emitted = expected[:, prompts.shape[1]:]
    assert emitted.shape[1] == len(run.logits) == len(SCORES) == len(factors)
    for step, (logits, attentions, scores, factor) in enumerate(zip(run.logits, run.attentions, SCORES, factors)):
        logits, right = logits.double(), emitted[:, step:step + 1]
        lead_of_right = logits.gather(1, right)[:, 0] - logits.scatter(1, right, -math.inf).amax(1)
        found.margin = min(found.margin, (lead_of_right / factor).min().item())
        weights = attentions[0][:, :, -1, :].double()
        selected = scores.argmax(-1, keepdim=True)
        rivals = scores.scatter(-1, selected, -math.inf).amax(-1, keepdim=True)
        found.gap = min(found.gap, (scores.gather(-1, selected) - rivals).min().item())
        found.leak = max(found.leak, weights.scatter(-1, selected, 0).sum(-1).max().item())
        if not (weights.argmax(-1, keepdim=True) == selected).all():
            found.faults.append(f"step {step}: the greatest weight is not where the greatest score is")
        if step < simulation.step_count:
            for row in selected[..., 0].tolist():
                if {position - lead for position in row if position >= lead} != operands[step]:
                    found.faults.append(f"step {step}: the heads look at {row}, and the gate reads wires {operands[step]}")
    return found


# MARK: Subjects

# Inverters that are folded, one of them an output, and a wire that both an inverter and a gate read.
SMALL = """\
9 13
2 2 2
2 1 2

1 1 2 4 INV
2 1 0 4 5 AND
2 1 0 2 6 XOR
1 1 6 7 INV
2 1 1 3 8 XOR
2 1 5 8 9 XOR
2 1 7 8 10 AND
1 1 9 11 INV
2 1 10 9 12 XOR
"""


@functools.cache
def adder_file():
    if CIRCUITS:
        return CIRCUITS[0] / "bristol/adder64.txt"
    path = SCRATCH / "adder64.txt"
    wright("circuit", "generate", "ripple-carry-adder", "--width", 64, "-o", path, "--to", "bristol", "--quiet")
    return path


@functools.cache
def subject(name, form):
    if name == "adder64":
        return Subject(name, adder_file(), form, [bits(a, 64) + bits(b, 64) for a, b in summands(64, 2)])
    path = SCRATCH / "small.txt"
    path.write_text(SMALL)
    return Subject(name, path, form, [bits(n, 4) for n in range(16)])


SUBJECTS = [(name, form) for name in ("small", "adder64") for form in ("llama", "li")]


def certificates(subject, dtype):
    """The certificates that speak of runs in `dtype`: its own rounding to nearest, and every relative error that is no smaller than its own."""
    digits = DIGITS[dtype]
    yield f"nearest {digits}", subject.certified("nearest", "--bits", digits)
    for name, options in (("u = 2^-24", ("rounded", "--unit", "2^-24")), ("largest u", ("rounded",))):
        certificate = subject.certified(*options)
        if certificate[1]["claim"]["semantics"]["unit"] >= 2.0 ** -digits:
            yield name, certificate


class BoundsInTransformers(unittest.TestCase):
    ROWS = []

    @classmethod
    def tearDownClass(cls):
        head = ("circuit", "form", "runs in", "certified", "margin >=", "was", "gap >=", "was", "leak <=", "was")
        widths = [max(len(row[i]) for row in [head] + cls.ROWS) for i in range(len(head))]
        for row in [head] + cls.ROWS:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())

    def test_every_run_keeps_within_the_bounds_of_every_certificate_that_speaks_of_its_format(self):
        for name, form in SUBJECTS:
            here = subject(name, form)
            for dtype in DIGITS:
                with self.subTest(name, form=form, dtype=dtype):
                    observed = here.observed(dtype)
                    self.assertEqual(observed.faults, [])
                    count = 0
                    for semantics, (_, header, _) in certificates(here, dtype):
                        bounds, count = header["bounds"], count + 1
                        self.assertEqual(observed.violations(bounds), [], semantics)
                        layer, show = bounds["layers"][0], "{:.5g}".format
                        cells = [bounds["tokenMargin"]["value"], observed.margin, float(layer["scoreGap"]["value"]), observed.gap]
                        cells += [layer["leak"]["value"], observed.leak]
                        self.ROWS.append((name, form, str(dtype).removeprefix("torch."), semantics, *map(show, cells)))
                    self.assertGreaterEqual(count, 3 if dtype == FLOAT32 else 1)

    def test_the_adder_adds(self):
        for form in ("llama", "li"):
            here = subject("adder64", form)
            for dtype in (FLOAT32, BFLOAT16):
                self.assertEqual(here.observed(dtype).faults, [])
            sources = here.certified("ideal")[2]
            for text in here.inputs:
                read = here.simulation.outputs(here.expected(sources, text))
                self.assertEqual(number(read), (number(text[:64]) + number(text[64:])) % (1 << len(read)))

    def test_bounds_that_promise_half_as_much_again_are_noticed(self):
        for name, form in SUBJECTS:
            here = subject(name, form)
            for dtype in (FLOAT32, BFLOAT16):
                _, header, _ = here.certified("nearest", "--bits", DIGITS[dtype])
                for part in ("tokenMargin", "scoreGap"):
                    stated = json.loads(json.dumps(header["bounds"]))
                    worst = stated[part] if part in stated else stated["layers"][0][part]
                    worst["value"] *= 1.5
                    with self.subTest(part, name=name, form=form, dtype=dtype):
                        self.assertEqual(len(here.observed(dtype).violations(stated)), 1)


class ChangedWeights(unittest.TestCase):
    """Weights that still emit the right tokens, by less than the certificate of the unchanged ones states."""

    def changed(self, here, factor_of):
        path = SCRATCH / f"{here.folder.name}-{len(list(SCRATCH.iterdir()))}"
        shutil.copytree(here.folder, path)
        tensors = load_file(path / "model.safetensors")
        for name, factor in factor_of.items():
            tensors[name] = tensors[name] * factor
        save_file(tensors, path / "model.safetensors", metadata={"format": "pt"})
        return path

    def test_smaller_scores_and_a_smaller_margin_are_noticed(self):
        here = subject("small", "llama")
        bounds = here.certified("nearest", "--bits", 24)[1]["bounds"]
        key, head = "model.layers.0.self_attn.k_proj.weight", "lm_head.weight"
        for changes, words in (({key: 0.5}, ["gap"]), ({head: 0.5}, ["margin"]), ({key: 2**-5}, ["margin", "gap", "leak"])):
            with self.subTest(changes):
                found = observe(here, self.changed(here, changes), FLOAT32).violations(bounds)
                self.assertEqual([sentence.split()[1] for sentence in found], words)

    def test_weights_that_compute_nothing_give_wrong_tokens(self):
        here = subject("small", "llama")
        found = observe(here, self.changed(here, {"model.layers.0.mlp.down_proj.weight": 0.0}), FLOAT32)
        self.assertEqual(found.faults, ["a token is wrong"])


class CertificatesReadByOthers(unittest.TestCase):
    def test_digests_and_form_are_the_folder_s_and_the_circuit_s(self):
        for name, form in SUBJECTS:
            here = subject(name, form)
            path, header, sources = here.certified("nearest", "--bits", 8)
            self.assertEqual(certificate_reader.faults(header, here.folder, here.circuit.digest()), [])
            self.assertEqual(len(sources), here.circuit.input_count + len(here.circuit.gates))
            self.assertEqual(header["claim"]["readOut"], here.simulation.manifest["readOut"])
            self.assertEqual([sources[wire] for wire in here.circuit.outputs], header["claim"]["readOut"])
            wright("verify", here.folder, path, "--circuit", here.path, "--quiet")

    def test_other_weights_another_circuit_and_another_form_are_noticed(self):
        here, other = subject("small", "llama"), subject("small", "li")
        header = here.certified("nearest", "--bits", 8)[1]
        self.assertEqual(
            certificate_reader.faults(header, other.folder, subject("adder64", "llama").circuit.digest()),
            ["config.json is another file", "model.safetensors is another file", "the circuit is another one",
             f"its form {header['claim']['form']} is not that of the folder"])

    def test_every_changed_byte_and_every_shorter_file_is_noticed(self):
        whole = subject("small", "llama").certified("nearest", "--bits", 8)[0].read_bytes()
        path, draw = SCRATCH / "changed.cert", random.Random(SEED)
        for data in [whole[:-1], whole[:23], whole + b"\0"] + [
                whole[:i] + bytes([whole[i] ^ 1 << draw.randrange(8)]) + whole[i + 1:] for i in range(len(whole))]:
            path.write_bytes(data)
            with self.assertRaises((ValueError, struct.error)):
                certificate_reader.read(path)

    def test_a_circuit_s_digest_depends_on_each_part_of_it(self):
        digests = set()
        for change in (None, ("1 3 8 XOR", "1 3 8 AND"), ("1 3 8 XOR", "3 1 8 XOR"), ("10 9 12", "10 8 12"), ("2 1 2", "1 2")):
            path = SCRATCH / "digest.txt"
            path.write_text(SMALL.replace(*change) if change else SMALL)
            digests.add(BristolCircuit(path).digest())
        self.assertEqual(len(digests), 5)


if __name__ == "__main__":
    unittest.main()
