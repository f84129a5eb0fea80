"""A perceptron's folder read by the ten lines of PyTorch that its documentation shows."""

import json
import os
import pathlib
import re
import textwrap
import unittest

import torch

ROOT = pathlib.Path(os.environ.get("WRIGHT_ROOT", pathlib.Path(__file__).parents[2]))
GOLDEN = ROOT / "Tests/Python/goldens/perceptron"


def documented_loader():
    """The function `load` in the doc comment of PerceptronFolder."""
    source = (ROOT / "Sources/Training/Models/PerceptronFolder.swift").read_text()
    comment = re.search(r"/// ```python\n(.*?)/// ```", source, re.DOTALL).group(1)
    lines = [line.removeprefix("///").removeprefix(" ") for line in comment.splitlines()]
    names = {}
    exec(textwrap.dedent("\n".join(lines)), names)
    return names["load"]


class PerceptronTests(unittest.TestCase):
    """The folder is what PerceptronFolderTests writes (it compares the bytes); the outputs are those of the Swift engine."""

    def test_the_documented_lines_load_what_swift_wrote(self):
        network = documented_loader()(GOLDEN)
        expected = json.loads((GOLDEN / "expected.json").read_text())
        outputs = network(torch.tensor(expected["inputs"]))
        torch.testing.assert_close(outputs, torch.tensor(expected["outputs"]), rtol=1e-5, atol=1e-6)

    def test_other_inputs_have_other_outputs(self):
        network = documented_loader()(GOLDEN)
        expected = json.loads((GOLDEN / "expected.json").read_text())
        outputs = network(torch.tensor(expected["inputs"]) + 0.01)
        self.assertFalse(torch.allclose(outputs, torch.tensor(expected["outputs"]), rtol=1e-5, atol=1e-6))


if __name__ == "__main__":
    unittest.main()
