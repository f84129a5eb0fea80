"""Circuits as checkpoints: transformers' generate() has to emit the tokens that wright emits, and the sum that Python computes.

The program is the one at $WRIGHT, or else in .build/release. Folders are constructed into a temporary folder. What a token means is
written down here once more (`Simulation`), so that reading outputs off tokens does not depend on the program's own reading.
"""

import functools
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRIGHT = os.environ.get("WRIGHT", ROOT / ".build" / "release" / "wright")
CIRCUITS = [p for p in (ROOT.parent / "shared/data/circuits", ROOT / "shared/data/circuits") if p.exists()]
SLOW = os.environ.get("WRIGHT_SLOW_TESTS") == "1"
SEED = 20240512

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

FLOAT32, BFLOAT16, FLOAT16 = torch.float32, torch.bfloat16, torch.float16


def setUpModule():
    global SCRATCH, THREADS
    SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="wright-simulations-"))
    # The models are a few thousand numbers wide: a second thread costs more than it gives.
    THREADS = torch.get_num_threads()
    torch.set_num_threads(1)


def tearDownModule():
    torch.set_num_threads(THREADS)
    shutil.rmtree(SCRATCH)


def wright(*arguments, text=None, code=0):
    """What the program prints; its exit code has to be `code`."""
    command = [str(WRIGHT), *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(command)} exited with {done.returncode} instead of {code}: {done.stderr}")
    return done.stdout


class Simulation:
    """A folder that `wright construct` wrote, and what its tokens mean according to its wright.json."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.manifest = json.loads((self.path / "wright.json").read_text())
        self.is_llama = self.manifest["form"] == "llama"
        self.input_count, self.wire_count = self.manifest["inputCount"], self.manifest["wireCount"]
        # A positional circuit without inputs begins with one 0; a LLaMA always begins with <s>.
        self.leading = [2 * self.wire_count] if self.is_llama else [0] * (self.input_count == 0)
        self.step_count = self.wire_count - self.input_count

    def token(self, wire, bit):
        return 2 * wire + int(bit) if self.is_llama else int(bit)

    def word(self, token):
        special = {2 * self.wire_count: "<s>", 2 * self.wire_count + 1: "</s>"}
        return special.get(token, f"w{token // 2}={token % 2}") if self.is_llama else str(token)

    def prompt(self, bits):
        return self.leading + [self.token(wire, bit) for wire, bit in enumerate(bits)]

    def outputs(self, tokens):
        """The circuit's output bits; each token has to speak of the wire whose turn it is."""
        wires = tokens[len(self.leading):len(self.leading) + self.wire_count]
        values = [token & 1 for token in wires]
        assert wires == [self.token(wire, value) for wire, value in enumerate(values)], "a token of another wire"
        assert tokens[len(self.leading) + self.wire_count:] == [2 * self.wire_count + 1] * self.is_llama, "no end"
        # -1 is constant false, -2 constant true, otherwise 2 * wire + complement.
        return "".join(str(r == -2 and 1 or r >= 0 and values[r >> 1] ^ (r & 1) or 0) for r in self.manifest["readOut"])

    def columns(self, name):
        """The columns of a named block of the residual stream."""
        start = 0
        for block in self.manifest["residualStream"]:
            if block["name"] == name:
                return range(start, start + block["size"])
            start += block["size"]
        raise AssertionError(f"{self.path}: no block {name}")

    @functools.cache
    def model(self, dtype, attention="sdpa"):
        model, info = transformers.AutoModelForCausalLM.from_pretrained(
            self.path, dtype=dtype, attn_implementation=attention, output_loading_info=True)
        for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            assert not info[kind], f"{self.path}: {kind} {info[kind]}"
        return model.eval()

    @functools.cached_property
    def tokenizer(self):
        return transformers.AutoTokenizer.from_pretrained(self.path)

    def generated(self, inputs, dtype=FLOAT32, attention="sdpa"):
        """The tokens of one batched generate() for all inputs, with nothing said but the prompts: the folder says the rest."""
        prompts = torch.tensor([self.prompt(bits) for bits in inputs])
        return self.model(dtype, attention).generate(prompts, attention_mask=torch.ones_like(prompts)).tolist()

    def run(self, inputs, engine="indexed"):
        """The tokens and the outputs of `wright run`."""
        report = json.loads(wright(
            "run", self.path, "--input", "-", "--tokens", "--json", "--engine", engine, text="\n".join(inputs) + "\n"))
        assert report["engine"] == engine, report.get("fallback")
        vocabulary = json.loads((self.path / "tokenizer.json").read_text())["model"]["vocab"]
        return [[vocabulary[word] for word in words] for words in report["words"]], report["outputs"]

    def mutated(self, name, change):
        """A copy of the folder after `change` was made to its dictionary of tensors."""
        path = SCRATCH / f"{self.path.name}-{name}"
        shutil.copytree(self.path, path)
        tensors = load_file(path / "model.safetensors")
        change(tensors)
        save_file(tensors, path / "model.safetensors", metadata={"format": "pt"})
        return Simulation(path)


@functools.cache
def exported(simulation, scalar):
    """The folder that `wright export` makes of another, its numbers stored in the given type."""
    path = SCRATCH / f"{simulation.path.name}-exported-{scalar}"
    wright("export", simulation.path, "-o", path, "--format", "huggingface", "--scalar", scalar, "--quiet")
    return Simulation(path)


def disagreements(expected, found):
    """Each place where two lists of token lists differ, in words; empty where they are equal."""
    if len(expected) != len(found):
        return [f"{len(expected)} texts against {len(found)}"]
    places = []
    for row, (wanted, got) in enumerate(zip(expected, found)):
        if len(wanted) != len(got):
            places.append(f"text {row}: {len(wanted)} tokens against {len(got)}")
        places += [f"text {row}, position {p}: {a}, not {b}" for p, (a, b) in enumerate(zip(got, wanted)) if a != b]
    return places


def constructed(circuit, form="llama"):
    """The simulation of a circuit, made once."""
    return construct(circuit, form)


@functools.cache
def construct(circuit, form):
    path = SCRATCH / f"{pathlib.Path(circuit).parent.name}-{pathlib.Path(circuit).name}-{form}"
    wright("construct", circuit, "-o", path, "--form", form, "--quiet", "--json")
    return Simulation(path)


@functools.cache
def adder(width):
    path = SCRATCH / f"adder{width}.aag"
    wright("circuit", "generate", "ripple-carry-adder", "--width", width, "-o", path, "--quiet")
    return path


def bits(number, width):
    """Least significant bit first, as the adders have it."""
    return "".join(str(number >> i & 1) for i in range(width))


def number(text):
    return sum(int(bit) << i for i, bit in enumerate(text))


def summands(width, count):
    """Corners, among them the carry that runs through all bits, and random pairs."""
    top, draw = (1 << width) - 1, random.Random(SEED)
    corners = [(0, 0), (top, 1), (top, top), (top // 3, top - top // 3)]
    return corners + [(draw.getrandbits(width), draw.getrandbits(width)) for _ in range(count)]


class AddersInTransformers(unittest.TestCase):
    """64-bit adders: 376 and 570 generated tokens, each of which has to be right."""

    WIDTH = 64

    def add(self, simulation, dtype, attention="sdpa", count=4):
        pairs = summands(self.WIDTH, count)
        inputs = [bits(a, self.WIDTH) + bits(b, self.WIDTH) for a, b in pairs]
        expected, outputs = simulation.run(inputs)
        found = simulation.generated(inputs, dtype, attention)
        self.assertEqual(disagreements(expected, found), [])
        for (a, b), tokens, output in zip(pairs, found, outputs):
            read = simulation.outputs(tokens)
            self.assertEqual(number(read), (a + b) % (1 << len(read)), f"{a} + {b}")
            self.assertEqual(read, output)

    def adders(self):
        """Name, circuit. The Bristol one drops the last carry, the generated one keeps it as a 65th output."""
        yield "ripple-carry-adder", adder(self.WIDTH)
        if CIRCUITS:
            yield "bristol/adder64", CIRCUITS[0] / "bristol/adder64.txt"

    def test_the_exported_llama_adds_in_float32_and_bfloat16(self):
        for name, circuit in self.adders():
            for scalar, dtype in (("f32", FLOAT32), ("bf16", BFLOAT16)):
                with self.subTest(name, dtype=dtype):
                    folder = exported(constructed(circuit), scalar)
                    self.assertEqual(folder.model("auto").dtype, dtype)
                    self.add(folder, "auto")

    def test_the_positional_form_adds_as_a_gpt2_in_float32_and_bfloat16(self):
        for name, circuit in list(self.adders()) if SLOW else list(self.adders())[-1:]:
            for dtype in (FLOAT32, BFLOAT16):
                with self.subTest(name, dtype=dtype):
                    self.add(constructed(circuit, "li"), dtype)

    def test_attention_spelled_out_instead_of_fused_gives_the_same_tokens(self):
        for form in ("llama", "li"):
            for dtype in (FLOAT32, BFLOAT16) if SLOW else (FLOAT32,):
                with self.subTest(form, dtype=dtype):
                    self.add(constructed(list(self.adders())[-1][1], form), dtype, "eager", count=0)

    def test_a_single_prompt_gives_the_tokens_that_it_gives_in_a_batch(self):
        a, b = 2**63 - 25, 0x0123456789ABCDEF
        text = bits(a, 64) + bits(b, 64)
        for form in ("llama", "li"):
            for dtype in (FLOAT32, BFLOAT16):
                with self.subTest(form, dtype=dtype):
                    simulation = constructed(list(self.adders())[-1][1], form)
                    alone = simulation.generated([text], dtype)
                    self.assertEqual(disagreements(simulation.run([text])[0], alone), [])
                    self.assertEqual(number(simulation.outputs(alone[0])) % 2**64, (a + b) % 2**64)

    def test_dense_and_indexed_runs_have_the_same_tokens(self):
        inputs = [bits(a, 64) + bits(b, 64) for a, b in summands(64, 2)]
        for form in ("llama", "li"):
            simulation = constructed(adder(64), form)
            self.assertEqual(disagreements(simulation.run(inputs)[0], simulation.run(inputs, "dense")[0]), [])


class ManifestsOfSimulations(unittest.TestCase):
    def test_every_column_of_the_residual_stream_has_a_name_and_a_meaning(self):
        for form, halves in (("llama", 1), ("li", 2)):  # a GPT-2 holds each column's negative in its second half
            simulation = constructed(adder(8), form)
            blocks = simulation.manifest["residualStream"]
            self.assertEqual(halves * sum(block["size"] for block in blocks), simulation.model(FLOAT32).config.hidden_size)
            self.assertEqual(len({block["name"] for block in blocks}), len(blocks))
            for block in blocks:
                self.assertTrue(block["meaning"], block)


class ExportedFoldersInTransformers(unittest.TestCase):
    INPUTS = [bits(a, 8) + bits(b, 8) for a, b in summands(8, 12)]

    def test_every_scalar_type_of_an_exported_llama_is_loaded_as_stored_and_has_the_same_tokens(self):
        simulation = constructed(adder(8))
        expected = simulation.run(self.INPUTS)[0]
        for scalar, dtype in (("f32", FLOAT32), ("bf16", BFLOAT16), ("f16", FLOAT16)):
            with self.subTest(scalar):
                folder = exported(simulation, scalar)
                self.assertEqual(folder.model("auto").dtype, dtype)
                self.assertEqual(disagreements(expected, folder.generated(self.INPUTS, "auto")), [])

    def test_every_weight_of_the_llama_is_a_bfloat16(self):
        for name, tensor in load_file(constructed(adder(64)).path / "model.safetensors").items():
            self.assertTrue(torch.equal(tensor, tensor.to(BFLOAT16).float()), name)

    def test_every_weight_of_the_positional_form_is_a_bfloat16_and_its_export_has_the_same_tokens(self):
        simulation = constructed(adder(8), "li")
        for name, tensor in load_file(simulation.path / "model.safetensors").items():
            self.assertTrue(torch.equal(tensor, tensor.to(BFLOAT16).float()), name)
        expected = simulation.run(self.INPUTS)[0]
        folder = exported(simulation, "bf16")
        self.assertEqual(disagreements(expected, folder.generated(self.INPUTS, "auto")), [])


class FoldersThatAreNotForTransformers(unittest.TestCase):
    def test_a_model_in_finite_precision_is_refused_by_its_type_instead_of_misread(self):
        adder, model = SCRATCH / "finite.aag", SCRATCH / "finite"
        wright("circuit", "generate", "ripple-carry-adder", "--width", 2, "-o", adder)
        wright("construct", adder, "-o", model, "--form", "li", "--precision", "0,2")
        for automatic in (transformers.AutoConfig, transformers.AutoModelForCausalLM):
            with self.assertRaisesRegex(ValueError, "model type `wright-unnormalized`"):
                automatic.from_pretrained(model)
        wright("export", model, "-o", SCRATCH / "finite-copy", "--format", "huggingface", code=65)
        self.assertFalse((SCRATCH / "finite-copy").exists())


class ChangedWeights(unittest.TestCase):
    """One weight is changed, and the comparison has to notice."""

    INPUTS = [bits(a, 8) + bits(b, 8) for a, b in summands(8, 12)]

    @staticmethod
    def changes(simulation):
        """Name, tensor, row, column, new value: one in each part of the model."""
        last_input = simulation.token(simulation.input_count - 1, 0)
        result, value = simulation.columns("result")[0], simulation.columns("value")[0]
        embedding, layer = "model.embed_tokens.weight", "model.layers.0."
        yield "table", embedding, last_input, simulation.columns("table")[0], lambda x: -x
        yield "operand", embedding, last_input, simulation.columns("operand0")[0], lambda x: -x
        yield "next", embedding, last_input, simulation.columns("next")[0], lambda x: -x
        yield "value", layer + "self_attn.v_proj.weight", 0, value, lambda x: 0
        yield "down", layer + "mlp.down_proj.weight", result, 0, lambda x: 0
        yield "head", "lm_head.weight", simulation.token(simulation.wire_count - 1, 1), result, lambda x: -x

    def test_a_changed_weight_is_noticed(self):
        simulation = constructed(adder(8))
        expected = simulation.run(self.INPUTS)[0]
        self.assertEqual(disagreements(expected, simulation.generated(self.INPUTS)), [])
        for name, tensor, row, column, new in self.changes(simulation):
            with self.subTest(name):
                def change(tensors):
                    old = tensors[tensor][row, column].item()
                    tensors[tensor][row, column] = new(old)
                    self.assertNotEqual(old, new(old))

                broken = simulation.mutated(name, change)
                self.assertNotEqual(disagreements(expected, broken.generated(self.INPUTS)), [])

    def test_wright_and_transformers_agree_on_a_wrong_table_too(self):
        simulation = constructed(adder(8))
        row, column = simulation.token(simulation.input_count - 1, 0), simulation.columns("table")[0]

        def change(tensors):
            tensors["model.embed_tokens.weight"][row, column] *= -1

        broken = simulation.mutated("table-for-both", change)
        found = broken.generated(self.INPUTS)
        self.assertEqual(disagreements(broken.run(self.INPUTS, "dense")[0], found), [])
        self.assertNotEqual(disagreements(simulation.run(self.INPUTS)[0], found), [])

    def test_the_comparison_sees_a_single_token_and_a_missing_one(self):
        self.assertEqual(disagreements([[1, 2, 3]], [[1, 2, 3]]), [])
        self.assertEqual(disagreements([[1, 2, 3]], [[1, 5, 3]]), ["text 0, position 1: 5, not 2"])
        self.assertEqual(disagreements([[1, 2, 3]], [[1, 2]]), ["text 0: 3 tokens against 2"])
        self.assertEqual(disagreements([[1], [2]], [[1]]), ["2 texts against 1"])


class TokenizersOfSimulations(unittest.TestCase):
    def test_texts_and_tokens_are_wright_s_in_both_directions(self):
        text = bits(200, 8) + bits(100, 8)
        for form in ("llama", "li"):
            with self.subTest(form):
                simulation = constructed(adder(8), form)
                tokenizer = simulation.tokenizer
                words = wright("run", simulation.path, "--input", text, "--tokens").splitlines()[0]
                tokens = simulation.run([text])[0][0]
                self.assertEqual(words, " ".join(map(simulation.word, tokens)))
                self.assertEqual(tokenizer.decode(tokens), words)
                self.assertEqual(tokenizer(words, add_special_tokens=False)["input_ids"], tokens)
                prompt = " ".join(words.split()[len(simulation.leading):][:simulation.input_count])
                self.assertEqual(tokenizer(prompt)["input_ids"], simulation.prompt(text))

    def test_every_token_of_the_vocabulary_makes_the_round_trip(self):
        for form in ("llama", "li"):
            with self.subTest(form):
                simulation = constructed(adder(8), form)
                tokenizer, count = simulation.tokenizer, simulation.model(FLOAT32).config.vocab_size
                self.assertEqual(len(tokenizer), count)
                tokens = list(range(count))
                self.assertEqual([tokenizer.decode([token]) for token in tokens], list(map(simulation.word, tokens)))
                self.assertEqual(tokenizer(tokenizer.decode(tokens), add_special_tokens=False)["input_ids"], tokens)

    def test_the_text_of_a_prompt_is_all_that_generate_needs(self):
        simulation = constructed(adder(8))
        text = " ".join(f"w{wire}={bit}" for wire, bit in enumerate(bits(200, 8) + bits(100, 8)))
        encoded = simulation.tokenizer(text, return_tensors="pt")
        found = simulation.model(FLOAT32).generate(**encoded)[0].tolist()
        self.assertEqual(number(simulation.outputs(found)), 300)


class SharedCircuitsInTransformers(unittest.TestCase):
    """Every small combinational circuit of the shared data, in both forms, against plain simulation."""

    LARGEST = 400 if SLOW else 130

    def test_small_circuits_have_the_outputs_that_simulation_has(self):
        if not CIRCUITS:
            self.skipTest("shared/data/circuits is not beside this checkout")
        tried = 0
        for circuit in sorted(p for kind in ("aiger", "bench", "blif", "bristol") for p in CIRCUITS[0].glob(f"{kind}/*.*")):
            if circuit.stat().st_size > 20_000:
                continue
            try:
                info = json.loads(wright("circuit", "info", circuit, "--json"))
            except AssertionError as refusal:  # sequential circuits are refused
                self.assertRegex(str(refusal), "exited with 65")
                continue
            if info["wires"] > self.LARGEST:
                continue
            tried += 1
            count, draw = info["inputs"], random.Random(SEED)
            numbers = range(1 << count) if count <= 5 else [0, (1 << count) - 1] + [draw.getrandbits(count) for _ in range(14)]
            inputs = [bits(n, count) for n in numbers]
            lines = "\n".join(inputs) + "\n"
            expected = wright("circuit", "simulate", circuit, "--input", "-", "--quiet", text=lines).split("\n")[:-1]
            self.assertEqual(len(expected), len(inputs))
            for form in ("llama", "li"):
                simulation = constructed(circuit, form)
                if simulation.step_count == 0 and not simulation.is_llama:
                    continue  # no token to emit, and no position for one
                for dtype in (FLOAT32, BFLOAT16):
                    with self.subTest(f"{circuit.parent.name}/{circuit.name}", form=form, dtype=dtype):
                        found = [simulation.outputs(tokens) for tokens in simulation.generated(inputs, dtype)]
                        self.assertEqual(found, expected)
        self.assertGreaterEqual(tried, 10)


if __name__ == "__main__":
    unittest.main()
