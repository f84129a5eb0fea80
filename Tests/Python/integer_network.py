#!/usr/bin/env python3
"""The plain text of an integer network, evaluated and counted: nothing here has passed through wright.

    integer_network.py NETWORK DATA.csv    prints the counts and how many points (last column: the label) are wrong
"""

import math
import pathlib
import re
import sys
from fractions import Fraction

NUMBER = r"[-+]?[0-9.]+(/[0-9]+)?([eE][-+]?[0-9]+)?"
sys.set_int_max_str_digits(0)


def number(text):
    """A fraction or decimal, exactly; an int where it is one, which is faster."""
    return int(text) if text.lstrip("-").isdigit() else Fraction(text)


class IntegerNetwork:
    """Layers as (activation, rows), a row as (bias, {column: weight}, whether it repeats the weights above)."""
    def __init__(self, path):
        lines = iter(pathlib.Path(path).read_text(encoding="ascii").splitlines())
        assert next(lines) == "wright integer network 1"
        self.input_count = int(next(lines).removeprefix("inputs "))
        self.layers = []
        for line in iter(lambda: next(lines), "end"):
            *name, count = line.split(" ")
            rows, above = [], {}
            for _ in range(int(count)):
                bias, *fields = next(lines).split(" ")
                if fields != ["="]:
                    above = {int(column): number(weight) for column, weight in (f.split(":") for f in fields)}
                rows.append((number(bias), above, fields == ["="]))
            self.layers.append((name[-1], rows))

    def outputs(self, point):
        """The outputs at a point of integers or fractions, exactly."""
        values = point
        for activation, rows in self.layers:
            values = [bias + sum(w * values[column] for column, w in terms.items()) for bias, terms, _ in rows]
            if activation != "outputs":
                values = [max(z, 0) if activation == "relu" else int(z >= 0) for z in values]
        return values

    def counts(self):
        """Every count of NetworkSize, by its name there."""
        bits = lambda q: abs(q.numerator).bit_length() + (q.denominator.bit_length() if q.denominator > 1 else 0)
        *hidden, outputs = [rows for _, rows in self.layers]
        widths = [self.input_count, *map(len, hidden), len(outputs)]
        rows = [row for _, rows in self.layers for row in rows]
        numbers = [q for bias, terms, _ in rows for q in (bias, *terms.values()) if q != 0]
        tied = sum((0 if repeats else len(terms)) + (bias != 0) for bias, terms, repeats in rows)
        dense = sum(width * (before + 1) for before, width in zip(widths, widths[1:]))
        counts = {"inputCount": self.input_count, "dense": dense, "nonZero": len(numbers), "tied": tied}
        counts |= {"hiddenLayerCount": len(hidden), "hiddenUnitCount": sum(map(len, hidden))}
        counts |= {"width": max(map(len, hidden), default=0), "distinct": len(set(numbers))}
        counts |= {"maximumBits": max(map(bits, numbers), default=0), "bitSum": sum(map(bits, numbers))}
        if len(hidden) == 1:
            squares = [sum(weight**2 for weight in terms.values()) for _, terms, _ in hidden[0]]
            roots = [Fraction(math.isqrt(square << 128), 2**64) for square in squares]
            totals = [sum(abs(a) * roots[j] for j, a in terms.items()) for _, terms, _ in outputs]
            counts["totalWeight"] = float(max(totals))
        return counts


def read_points(path):
    """Points and labels of a table; a first line without numbers is left out."""
    rows = [line.split(",") for line in pathlib.Path(path).read_text().splitlines()]
    rows = rows if any(re.fullmatch(NUMBER, field) for field in rows[0]) else rows[1:]
    return [([number(field) for field in row[:-1]], number(row[-1])) for row in rows]


if __name__ == "__main__":
    network, points = IntegerNetwork(sys.argv[1]), read_points(sys.argv[2])
    print(*(f"{name}: {value}" for name, value in network.counts().items()), sep="\n")
    print("wrong:", sum(network.outputs(point) != [label] for point, label in points), "of", len(points))
