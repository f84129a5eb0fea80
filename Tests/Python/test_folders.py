"""Folders written by Wright, loaded by the software that they are for: transformers, tokenizers and safetensors.

The folders are those that the Swift tests (Tests/TransformersTests/Serialization/PythonFixtureTests.swift) leave in
.build/python-fixtures. The expected numbers come from a model in numpy that reads the weights in Wright's own layout.
"""

import json
import os
import pathlib
import unittest
import warnings

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(os.environ.get("WRIGHT_PYTHON_FIXTURES", ROOT / ".build" / "python-fixtures"))
GOLDEN = [p for p in (ROOT.parent / "shared/data/llama-fixtures", ROOT / "shared/data/llama-fixtures") if p.exists()]

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch  # noqa: E402
import transformers  # noqa: E402

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def folder(name):
    path = FIXTURES / name
    if not path.exists():
        raise AssertionError(f"{path} is missing: run `swift test` first, which writes it")
    return path


def logits_of(path, tokens, dtype=torch.float32):
    """The logits [B, T, V] of transformers' model in the folder, every weight of which it has to know and to find."""
    model, info = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=dtype, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not info[kind], f"{path}: {kind} {info[kind]}"
    with torch.no_grad():
        return model.eval()(torch.tensor(tokens)).logits.float().numpy()


# The model in numpy, float64. x: [T, C]; weights as [outputs, inputs].


def linear(x, part):
    return x @ np.array(part["weight"]).T + (0 if part["bias"] is None else np.array(part["bias"]))


def normalized(x, part, epsilon):
    if part["bias"] is None:
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * np.array(part["gain"])
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * np.array(part["gain"]) + np.array(part["bias"])


def frequencies(config, size):
    rope = config.get("rope_scaling") or {}
    inverse = config["rope_theta"] ** (-np.arange(0, size, 2) / size)
    if rope.get("rope_type") != "llama3":
        return inverse
    wavelength = 2 * np.pi / inverse
    old, low, high = rope["original_max_position_embeddings"], rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((old / wavelength - low) / (high - low), 0, 1)
    return (1 - smooth) * inverse / rope["factor"] + smooth * inverse


def rotated(x, config):
    """x: [T, heads, D]; coordinate i turns with i + D/2."""
    angles = np.arange(x.shape[0])[:, None, None] * frequencies(config, x.shape[-1])
    a, b = np.split(x, 2, -1)
    return np.concatenate([a * np.cos(angles) - b * np.sin(angles), b * np.cos(angles) + a * np.sin(angles)], -1)


def expected_logits(path, tokens):
    """The logits [T, V] for one row of tokens."""
    config, w = json.loads((path / "config.json").read_text()), json.loads((path / "wright-weights.json").read_text())
    count, size = len(tokens), w["head_size"]
    epsilon = config.get("rms_norm_eps", config.get("layer_norm_epsilon"))
    x = np.array(w["embedding"])[tokens] + (0 if w["positions"] is None else np.array(w["positions"])[:count])
    for layer in w["layers"]:
        y = normalized(x, layer["attention_norm"], epsilon)
        q, k, v = (linear(y, layer[part]).reshape(count, -1, size) for part in ("query", "key", "value"))
        if w["positions"] is None:
            q, k = rotated(q, config), rotated(k, config)
        k, v = (np.repeat(part, w["heads"] // w["key_value_heads"], axis=1) for part in (k, v))
        scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(size) + np.triu(np.full((count, count), -np.inf), 1)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        attention = scores / scores.sum(-1, keepdims=True)
        x = x + linear(np.einsum("hts,shd->thd", attention, v).reshape(count, -1), layer["output"])
        y = normalized(x, layer["mlp_norm"], epsilon)
        hidden = linear(y, layer["up"])
        if layer["gate"] is not None:
            gate = linear(y, layer["gate"])
            hidden = hidden * gate / (1 + np.exp(-gate))
        elif w["relu"]:
            hidden = np.maximum(hidden, 0)
        else:
            hidden = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
        x = x + linear(hidden, layer["down"])
    return normalized(x, w["final_norm"], epsilon) @ np.array(w["head"]).T


TOKENS = [3, 10, 0, 7, 7, 1, 9, 2, 5]


class FoldersInTransformers(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")

    def compare(self, name, tolerance=1e-5, dtype=torch.float32):
        path = folder(name)
        found = logits_of(path, [TOKENS], dtype)[0]
        expected = expected_logits(path, TOKENS)
        difference = np.abs(found - expected).max()
        self.assertLess(difference, tolerance, name)
        self.assertGreater(np.abs(expected).max(), 0.5, "logits that a mistake would change")
        return difference

    def test_float32_folders_have_the_logits_of_the_model_in_numpy(self):
        for name in ("llama", "llama-plain-tied", "llama-huge-theta", "llama-sharded", "gpt2-relu-tied",
                     "gpt2-gelu-untied", "gpt2-words"):
            with self.subTest(name):
                self.compare(name)

    def test_short_types_differ_by_their_rounding_alone(self):
        for name, tolerance in (("llama-float16", 1e-2), ("llama-bfloat16", 1e-1)):
            with self.subTest(name):
                self.assertGreater(self.compare(name, tolerance), 1e-6)

    def test_the_comparison_rejects_another_model(self):
        found = logits_of(folder("gpt2-relu-tied"), [TOKENS])[0]
        self.assertGreater(np.abs(found - expected_logits(folder("gpt2-gelu-untied"), TOKENS)).max(), 0.1)

    def test_rewritten_golden_checkpoints_have_exactly_the_same_logits(self):
        if not GOLDEN:
            self.skipTest("shared/data/llama-fixtures is not beside this checkout")
        for name in ("plain_untied", "llama3rope_tied"):
            with self.subTest(name):
                tokens = json.loads((GOLDEN[0] / name / "expected.json").read_text())["input_ids"]
                given, ours = logits_of(GOLDEN[0] / name, tokens), logits_of(folder(f"golden-{name}"), tokens)
                self.assertTrue(np.array_equal(given, ours))

    def test_folders_that_transformers_saved_have_the_same_logits_when_rewritten(self):
        for name in ("llama", "gpt2"):
            with self.subTest(name):
                golden = ROOT / "Tests/Python/goldens" / f"{name}-of-transformers-5"
                expected = json.loads((golden / "expected.json").read_text())
                found = logits_of(folder(f"rewritten-{name}"), [expected["tokens"]])[0]
                self.assertLess(np.abs(found - np.array(expected["logits"])).max(), 1e-5)
                self.assertTrue(np.array_equal(found, logits_of(golden, [expected["tokens"]])[0]))

    def test_every_key_of_config_json_is_understood(self):
        for name, kind in (("llama", "LlamaForCausalLM"), ("gpt2-relu-tied", "GPT2LMHeadModel")):
            config = transformers.AutoConfig.from_pretrained(folder(name))
            self.assertEqual(config.architectures, [kind])
            written = json.loads((folder(name) / "config.json").read_text())
            for key, value in written.items():
                if key in ("torch_dtype", "dtype", "rope_theta", "rope_scaling", "rope_parameters"):
                    continue
                self.assertEqual(getattr(config, key), value, key)
        rope = transformers.AutoConfig.from_pretrained(folder("llama")).rope_parameters
        self.assertEqual(rope["rope_theta"], 500000.0)
        self.assertEqual((rope["rope_type"], rope["factor"], rope["original_max_position_embeddings"]), ("llama3", 8.0, 32))

    def test_generation_settings_are_understood(self):
        settings = transformers.GenerationConfig.from_pretrained(folder("llama"))
        self.assertEqual((settings.bos_token_id, settings.eos_token_id, settings.do_sample), (0, [1, 2], False))
        self.assertEqual(settings.max_length, 64)


    def test_generate_takes_the_best_token_until_an_end_token_or_the_greatest_length(self):
        for name, length, ends in (("llama-huge-theta", 64, [1, 2]), ("gpt2-relu-tied", 16, [1])):
            with self.subTest(name):
                tokens, path = [3, 10], folder(name)
                model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
                found = model.generate(torch.tensor([tokens]))[0].tolist()
                while len(tokens) < length and (len(tokens) == 2 or tokens[-1] not in ends):
                    tokens.append(int(expected_logits(path, tokens)[-1].argmax()))
                self.assertEqual(found, tokens)
                self.assertGreater(len(tokens), 2)


class TokenizersOfFolders(unittest.TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")

    def test_texts_become_the_same_tokens(self):
        plain = transformers.AutoTokenizer.from_pretrained(folder("llama-sharded"))
        template = transformers.AutoTokenizer.from_pretrained(folder("llama-bfloat16"))
        # The same cases stand in WordLevelTokenizerTests.swift.
        for text, tokens in (
            ("w0=0 w0=1", [4, 5]), ("  w0=1\t\nw0=0\u00a0", [5, 4]), ("<s>w0=0</s>", [0, 4, 1]), ("", []),
            ('" \\ é 日本 a/b {', [6, 7, 8, 9, 10, 11]), ("w0=0\u3000w0=0\u2003w0=1", [4, 4, 5]), ("nothing w0=0", [3, 4]),
            ("w0=0w0=1", [3]), ("w0=0\u200bw0=1", [3]), ("é<pad>é", [8, 2, 8]),
        ):
            with self.subTest(text):
                self.assertEqual(plain(text)["input_ids"], tokens)
                self.assertEqual(template(text)["input_ids"], [0] + tokens)
        self.assertEqual(plain.decode([0, 4, 9, 1]), "<s> w0=0 日本 </s>")
        self.assertEqual(plain.decode([0, 4, 9, 1], skip_special_tokens=True), "w0=0 日本")
        self.assertEqual((plain.bos_token_id, plain.eos_token_id, plain.pad_token_id, plain.unk_token_id), (0, 1, 2, 3))
        self.assertEqual(len(plain), 13)

    def test_words_without_an_unknown_token_refuse_others(self):
        import tokenizers

        words = tokenizers.Tokenizer.from_file(str(folder("gpt2-words") / "tokenizer.json"))
        self.assertEqual(words.encode("1 0  1").ids, [1, 0, 1])
        self.assertEqual(words.decode([1, 0]), "1 0")
        with self.assertRaises(Exception):
            words.encode("2")

    def test_a_folder_of_words_alone_loads_as_a_tokenizer(self):
        words = transformers.AutoTokenizer.from_pretrained(folder("gpt2-words"))
        self.assertEqual(words("1 0 1")["input_ids"], [1, 0, 1])
        self.assertEqual(len(words), 2)


    def test_a_tokenizer_that_transformers_saved_is_the_same_when_rewritten(self):
        given = transformers.AutoTokenizer.from_pretrained(ROOT / "Tests/Python/goldens/llama-of-transformers-5")
        ours = transformers.AutoTokenizer.from_pretrained(folder("rewritten-llama"))
        for text in ("zero one", "one</s>zero é nothing", ""):
            self.assertEqual(given(text)["input_ids"], ours(text)["input_ids"])
        self.assertEqual(given.special_tokens_map, ours.special_tokens_map)


class SafetensorsOfFolders(unittest.TestCase):
    def test_headers_and_numbers_are_read_by_the_reference_implementation(self):
        import safetensors
        from safetensors.torch import load_file

        path = folder("llama-bfloat16") / "model.safetensors"
        with safetensors.safe_open(path, "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt"})
        weights = json.loads((folder("llama") / "wright-weights.json").read_text())
        embedding = torch.tensor(weights["embedding"], dtype=torch.float32)
        for name, dtype in (("llama", torch.float32), ("llama-bfloat16", torch.bfloat16), ("llama-float16", torch.float16)):
            found = load_file(folder(name) / "model.safetensors")["model.embed_tokens.weight"]
            self.assertEqual(found.dtype, dtype)
            self.assertTrue(torch.equal(found, embedding.to(dtype)), name)


if __name__ == "__main__":
    unittest.main()
