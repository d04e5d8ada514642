"""The files that models come with: tokenizer.json, tokenizer_config.json and a GGUF header."""

import json
import pathlib

import gguf

NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


def added_token(number: int, content: str) -> dict:
    return {
        "id": number,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def write_folder(
    folder: pathlib.Path, tokenizer: dict, template: str, begin: str, end: str, **config
) -> None:
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {"bos_token": begin, "eos_token": end, "chat_template": template, **config},
            ensure_ascii=False,
        )
    )


def write_gguf(path: pathlib.Path, template: str, model: str, tokens, types, **more) -> None:
    """A header without tensors."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model(model)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if "scores" in more:
        writer.add_token_scores(more["scores"])
    if "merges" in more:
        writer.add_token_merges(more["merges"])
    if "pre" in more:
        writer.add_tokenizer_pre(more["pre"])
    writer.add_bos_token_id(more["begin"])
    writer.add_eos_token_id(more["end"])
    writer.add_add_bos_token(True)
    writer.add_chat_template(template)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
