"""Both ends of the line in other people's software: memorizers, wide tables and deep tokens, decoded by transformers and PyTorch.

What tokens mean is written down here once more, so that nothing depends on the program's own reading.
"""

import fractions
import itertools
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

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def setUpModule():
    global SCRATCH, THREADS
    SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="wright-frontier-"))
    THREADS = torch.get_num_threads()
    torch.set_num_threads(1)


def tearDownModule():
    torch.set_num_threads(THREADS)
    shutil.rmtree(SCRATCH)


def wright(*arguments):
    done = subprocess.run([str(WRIGHT), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{arguments} exited with {done.returncode}: {done.stderr}")
    return done.stdout


def load(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), transformers.AutoTokenizer.from_pretrained(folder)


def table(name, rows):
    path = SCRATCH / name
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


class MemorizersInTransformersTests(unittest.TestCase):
    def check(self, name, rows, construction):
        folder, inside = SCRATCH / f"{name}-network", SCRATCH / f"{name}-llama"
        wright("memorize", table(f"{name}.csv", rows), "--construction", construction, "-o", folder, "--llama", inside)
        model, tokenizer = load(inside)
        self.assertEqual(model.config.num_hidden_layers, 1)
        texts = [" ".join(f"x{i}={x}" for i, x in enumerate(row[:-1])) for row in rows]
        tokens = tokenizer(texts, return_tensors="pt")
        self.assertEqual(tokens.input_ids.shape, (len(rows), len(rows[0])))  # <s> and a token for each coordinate
        emitted = model.generate(**tokens, do_sample=False, max_new_tokens=1)[:, -1]
        found = tokenizer.convert_ids_to_tokens(emitted.tolist())
        self.assertEqual(found, [f"y={row[-1]}" for row in rows])
        return model

    def test_a_truth_table_says_its_label_in_one_token(self):
        generator = random.Random(1)
        rows = [(*bits, generator.randrange(5)) for bits in itertools.product((0, 1), repeat=6)]
        model = self.check("table", rows, "truth-table")
        labels = [row[-1] for row in rows]
        self.assertEqual(model.config.intermediate_size, 64 - max(labels.count(v) for v in range(5)))

    def test_integer_points_with_integer_labels(self):
        generator = random.Random(2)
        points = generator.sample(list(itertools.product(range(-2, 3), repeat=2)), 14)
        self.check("points", [(*point, generator.randrange(-3, 4)) for point in points], "zhang")

    def test_the_perceptron_is_the_network(self):
        generator = random.Random(3)
        rows = [(*bits, generator.randrange(-4, 5)) for bits in itertools.product((0, 1), repeat=5)]
        folder, perceptron = SCRATCH / "mlp-network", SCRATCH / "mlp"
        wright("memorize", table("mlp.csv", rows), "--construction", "truth-table", "-o", folder, "--mlp", perceptron)
        config = json.loads((perceptron / "config.json").read_text())
        weights = load_file(perceptron / "model.safetensors")
        x = torch.tensor([row[:-1] for row in rows], dtype=torch.float32)
        for i in range(len(config["widths"]) - 1):
            x = torch.nn.functional.linear(torch.relu(x) if i else x, weights[f"layers.{i}.weight"], weights[f"layers.{i}.bias"])
        self.assertEqual([fractions.Fraction(value) for value in x[:, 0].tolist()], [row[-1] for row in rows])


class TablesInTransformersTests(unittest.TestCase):
    def chain(self, folder, count):
        """The outputs that transformers' tokens say for all inputs, by the folder's read-out."""
        manifest = json.loads((folder / "wright.json").read_text())
        n, wires = manifest["inputCount"], manifest["wireCount"]
        model, _ = load(folder)
        rows = list(itertools.product((0, 1), repeat=n))
        prompts = torch.tensor([[2 * wires] + [2 * i + bit for i, bit in enumerate(row)] for row in rows])
        texts = model.generate(
            prompts, attention_mask=torch.ones_like(prompts), do_sample=False, max_new_tokens=wires - n + 1, pad_token_id=2 * wires + 1)
        self.assertEqual(wires - n, count)
        for row, text in zip(rows, texts.tolist()):
            self.assertEqual([token >> 1 for token in text[1:-1]], list(range(wires)))
            self.assertEqual(text[-1], 2 * wires + 1)
            values = [token & 1 for token in text[1:-1]]
            outputs = [c == -2 if c < 0 else values[c >> 1] ^ c & 1 for c in manifest["readOut"]]
            yield row, outputs, model

    def test_eight_bits_in_one_table(self):
        wright("circuit", "generate", "parity", "--inputs", 8, "-o", SCRATCH / "parity.blif")
        wright("circuit", "map", SCRATCH / "parity.blif", "-k", 8, "-o", SCRATCH / "wide.blif")
        wright("construct", SCRATCH / "wide.blif", "-o", SCRATCH / "wide")
        for row, outputs, model in self.chain(SCRATCH / "wide", 1):
            self.assertEqual(outputs, [sum(row) % 2])
        self.assertEqual((model.config.num_attention_heads, model.config.intermediate_size), (8, 256))

    def test_three_levels_in_one_token(self):
        wright("circuit", "generate", "parity", "--inputs", 8, "-o", SCRATCH / "deep.blif")
        wright("construct", SCRATCH / "deep.blif", "-o", SCRATCH / "deep", "--layers", 3)
        for row, outputs, model in self.chain(SCRATCH / "deep", 1):
            self.assertEqual(outputs, [sum(row) % 2])
        self.assertEqual((model.config.num_hidden_layers, model.config.intermediate_size), (3, 16))

    def test_a_product_by_tables_of_four(self):
        wright("circuit", "generate", "wallace-multiplier", "--width", 3, "-o", SCRATCH / "product.blif")
        tables = json.loads(
            wright("circuit", "map", SCRATCH / "product.blif", "-k", 4, "--area", "-o", SCRATCH / "four.blif", "--json"))
        wright("construct", SCRATCH / "four.blif", "-o", SCRATCH / "four")
        for row, outputs, _ in self.chain(SCRATCH / "four", tables["tables"]):
            numbers = [sum(bit << i for i, bit in enumerate(row[part : part + 3])) for part in (0, 3)]
            self.assertEqual(sum(int(bit) << i for i, bit in enumerate(outputs)), numbers[0] * numbers[1])


if __name__ == "__main__":
    unittest.main()
