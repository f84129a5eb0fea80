"""The process that TransformersProcess.swift speaks with: `python generate.py THREADS`, one JSON object a line.

{"folder": PATH} loads a model in float32 and answers {"parameters": N, "attention": NAME}.
{"prompts": [[token, ...], ...], "count": N} answers {"seconds": S, "tokens": [[token, ...], ...]}, the new tokens of
each prompt; the time is that of `generate()` alone, greedy and with its key-value cache.
"""

import json
import os
import platform
import sys
import time

# Lines go to what was standard output; whatever a library prints goes to standard error.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch  # noqa: E402
import transformers  # noqa: E402

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


def load(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert all(p.dtype == torch.float32 for p in model.parameters())
    return model.eval()


def generate(model, prompts, count):
    tokens = torch.tensor(prompts)
    mask = torch.ones_like(tokens)
    with torch.inference_mode():
        start = time.perf_counter()
        texts = model.generate(
            tokens, attention_mask=mask, max_new_tokens=count, do_sample=False, use_cache=True, pad_token_id=0
        )
        seconds = time.perf_counter() - start
    return seconds, texts[:, tokens.shape[1] :].tolist()


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    answer(
        {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "threads": torch.get_num_threads(),
        }
    )
    model = None
    for line in sys.stdin:
        request = json.loads(line)
        if "folder" in request:
            model = load(request["folder"])
            answer({"parameters": model.num_parameters(), "attention": model.config._attn_implementation})
        else:
            seconds, tokens = generate(model, request["prompts"], request["count"])
            answer({"seconds": seconds, "tokens": tokens})


main()
