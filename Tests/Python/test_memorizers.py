"""Memorizing networks recomputed from their text: outputs, labels and counts, without our code."""

import json
import math
import os
import pathlib
import unittest

from integer_network import IntegerNetwork, read_points

ROOT = pathlib.Path(os.environ.get("WRIGHT_ROOT", pathlib.Path(__file__).parents[2]))
GOLDENS = ROOT / "Tests/Python/goldens/memorization"
CONSTRUCTIONS = ["truth-table", "zhang", "baum", "bubeck", "two-layer", "vardi"]


class MemorizerTests(unittest.TestCase):
    """The files are what MemorizationGoldenTests writes (it compares the bytes)."""

    def test_every_network_has_every_label(self):
        for name in CONSTRUCTIONS:
            network = IntegerNetwork(GOLDENS / f"{name}.network")
            points = read_points(GOLDENS / f"{name}.csv")
            self.assertGreaterEqual(len(points), 16)
            for point, label in points:
                self.assertEqual(network.outputs(point), [label], name)

    def test_every_count_is_the_one_that_swift_states(self):
        for name in CONSTRUCTIONS:
            counts = IntegerNetwork(GOLDENS / f"{name}.network").counts()
            stated = json.loads((GOLDENS / f"{name}.size.json").read_text())
            self.assertEqual("totalWeight" in stated, "totalWeight" in counts, name)
            if "totalWeight" in stated:
                total = stated.pop("totalWeight")
                self.assertTrue(math.isclose(total, counts.pop("totalWeight"), rel_tol=1e-9), name)
            self.assertEqual(counts, stated, name)

    def test_a_changed_number_is_seen(self):
        for name in CONSTRUCTIONS:
            network = IntegerNetwork(GOLDENS / f"{name}.network")
            activation, rows = network.layers[-1]
            bias, terms, repeats = rows[0]
            network.layers[-1] = (activation, [(bias + 1, terms, repeats)])
            points = read_points(GOLDENS / f"{name}.csv")
            self.assertTrue(all(network.outputs(point) == [label + 1] for point, label in points), name)


if __name__ == "__main__":
    unittest.main()
