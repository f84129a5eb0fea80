"""Makes Tests/Python/goldens: folders that transformers itself saved, for the Swift tests to read.

Run once, by hand: python Tests/Python/make_goldens.py (transformers 5.23.0, torch 2.13.0, tokenizers 0.23.3). Each folder is what
save_pretrained wrote, with expected.json beside it: tokens and the float32 logits for them.
"""

import json
import pathlib

import tokenizers
import torch
import transformers

GOLDENS = pathlib.Path(__file__).parent / "goldens"
TOKENS = [0, 5, 9, 3, 3, 11, 2, 7, 1]


def save(name, config, kind):
    torch.manual_seed(1)
    model = kind(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.4)
        logits = model(torch.tensor([TOKENS])).logits[0]
    model.save_pretrained(GOLDENS / name)
    expected = {"transformers": transformers.__version__, "tokens": TOKENS, "logits": logits.tolist()}
    (GOLDENS / name / "expected.json").write_text(json.dumps(expected) + "\n")


save(
    "llama-of-transformers-5",
    transformers.LlamaConfig(
        vocab_size=12, hidden_size=8, intermediate_size=10, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=6, max_position_embeddings=64, attention_bias=True, mlp_bias=True,
        bos_token_id=0, eos_token_id=[1, 2],
        rope_parameters={"rope_type": "llama3", "rope_theta": 300000.0, "factor": 4.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 16}),
    transformers.LlamaForCausalLM)
save(
    "gpt2-of-transformers-5",
    transformers.GPT2Config(vocab_size=12, n_positions=16, n_embd=8, n_layer=2, n_head=2, activation_function="relu"),
    transformers.GPT2LMHeadModel)

words = ["<s>", "</s>", "<unk>", "zero", "one", "é", '"']
model = tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>")
tokenizer = tokenizers.Tokenizer(model)
tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
tokenizer.post_processor = tokenizers.processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
transformers.PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="</s>"
).save_pretrained(GOLDENS / "llama-of-transformers-5")
