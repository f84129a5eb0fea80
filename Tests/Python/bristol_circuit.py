"""Circuits in the Bristol formats as Python reads them: nothing here has passed through wright."""

import hashlib
import pathlib
import struct

# Bit r of a table is the gate's value on row r, operand j being bit j of r.
TABLES = {"AND": 0b1000, "XOR": 0b0110, "INV": 0b01, "NOT": 0b01}


class BristolCircuit:
    """Gates in the file's order. A wire's number is its place in that order, the inputs first, whatever the file calls it."""

    def __init__(self, path):
        lines = [line.split("#")[0].split() for line in pathlib.Path(path).read_text().splitlines()]
        (gate_count, wire_count), inputs, outputs, *gates = [list(line) for line in lines if line]
        self.input_count = sum(map(int, inputs[1:]))
        place = {name: name for name in range(self.input_count)}
        self.gates = []
        for operand_count, _, *names, kind in gates:
            *operands, result = map(int, names)
            assert len(operands) == int(operand_count), f"{path}: {kind} of {names}"
            self.gates.append((TABLES[kind], [place[name] for name in operands]))
            place[result] = self.input_count + len(self.gates) - 1
        assert len(self.gates) == int(gate_count) and len(place) == int(wire_count), path
        output_count = sum(map(int, outputs[1:]))
        self.outputs = [place[int(wire_count) - output_count + i] for i in range(output_count)]

    def wire_values(self, bits):
        """The values of all wires under an assignment of the inputs, each 0 or 1."""
        values = [int(bit) for bit in bits]
        for table, operands in self.gates:
            values.append(table >> sum(values[wire] << j for j, wire in enumerate(operands)) & 1)
        return values

    def digest(self):
        """The SHA-256 digest of the canonical bytes by which a certificate names a circuit (`CircuitStatement.digest`)."""
        operands = [wire for _, gate in self.gates for wire in gate]
        counts = [self.input_count, len(self.gates), len(operands), len(self.outputs)]
        parts = [b"WRIGHTS1", struct.pack("<4Q", *counts), bytes(len(gate) for _, gate in self.gates)]
        parts.append(struct.pack(f"<{len(self.gates)}Q", *(table for table, _ in self.gates)))
        parts.append(struct.pack(f"<{len(operands)}I", *operands))
        parts.append(struct.pack(f"<{len(self.outputs)}I", *(2 * wire for wire in self.outputs)))
        return hashlib.sha256(b"".join(parts)).hexdigest()
