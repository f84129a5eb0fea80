"""Reads a certificate with nothing but the standard library, and checks what needs no transformer: its seal, its digests, its form."""

import hashlib
import json
import pathlib
import struct


def read(path):
    """The header, and for each wire of the circuit where its value is on the chain: 2w, 2w + 1 for the complement of w, or a negative code."""
    data = pathlib.Path(path).read_bytes()
    magic, header_size, body_size = struct.unpack_from("<8sQQ", data)
    sealed, seal = data[:24 + header_size + body_size], data[24 + header_size + body_size:]
    if magic != b"WRIGHTC1" or len(sealed) != 24 + header_size + body_size or len(seal) != 32:
        raise ValueError(f"{path}: not a certificate, or not all of it")
    if hashlib.sha256(sealed).digest() != seal:
        raise ValueError(f"{path}: a byte was changed")
    return json.loads(sealed[24:24 + header_size]), sources(numbers(sealed[24 + header_size:]))


def numbers(body):
    """Numbers of 7 bits a byte, least significant first; the top bit is set in all bytes but a number's last."""
    value = shift = 0
    for byte in body:
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            yield value
            value = shift = 0


def sources(codes):
    """Each source is written as its distance from the first chain wire of which no earlier one spoke."""
    count, likely, found = next(codes, 0), 0, []
    for code in codes:
        found.append(likely + (code >> 1 ^ -(code & 1)))
        likely = max(likely, (found[-1] & ~1) + 2)
    assert len(found) == count, f"{count} wires announced, {len(found)} there"
    return found


def faults(header, folder, circuit_digest):
    """Why this is no certificate about the folder and the circuit of that digest, in sentences; empty where it is one."""
    folder, claim, form = pathlib.Path(folder), header["claim"], header["claim"]["form"]
    found = []
    for file in header["files"]:
        if hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() != file["sha256"]:
            found.append(f"{file['name']} is another file")
    if not {"config.json", "model.safetensors"} <= {file["name"] for file in header["files"]}:
        found.append("configuration or weights are not among its files")
    if claim["circuit"] != circuit_digest:
        found.append("the circuit is another one")
    wires, config = form["wireCount"], json.loads((folder / "config.json").read_text())
    # A LLaMA has two tokens a wire, one that begins and one that ends; a GPT-2 has the tokens 0 and 1 alone.
    if config["model_type"] == "llama":
        expected = ("wiresWithValues", [2 * wires], 2 * wires + 1, 2 * wires + 2)
    else:
        expected = ("values", [0] * (form["inputCount"] == 0), None, 2)
    if (form["tokens"], form["leadingTokens"], form.get("endToken"), config["vocab_size"]) != expected:
        found.append(f"its form {form} is not that of the folder")
    return found
