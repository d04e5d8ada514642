"""Writes the makers' tokenizers in the forms that the gateway reads, and what the makers' own
code makes of texts and conversations.

usage: reference.py SMOLLM2.gguf OUT     for the tests (see scripts/tokenizer-tests.sh)
       reference.py SMOLLM2.gguf --golden    writes golden.json anew
"""

import json
import pathlib
import sys

import byte_level
import sentence_piece
from texts import CHOSEN, CONVERSATIONS, random_texts

GOLDEN = pathlib.Path(__file__).parent / "golden.json"
RANDOM_TEXTS = 1500


def models(smollm2: str) -> dict:
    return {
        "mixtral": sentence_piece.Mistral("tokenizer.model.v1", "v1", metaspace=False),
        "mistral-v3": sentence_piece.Mistral(
            "mistral_instruct_tokenizer_240323.model.v3", "v3", metaspace=True
        ),
        "mistral-v7": sentence_piece.Mistral(
            "mistral_instruct_tokenizer_241114.model.v7", "v7", metaspace=True
        ),
        "llama-3.1": byte_level.Llama3(),
        "smollm2": byte_level.SmolLm2(smollm2),
    }


def write_lines(path: pathlib.Path, rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def main() -> None:
    smollm2, out = sys.argv[1:]
    references = models(smollm2)
    if out == "--golden":
        lines = [
            f"{json.dumps(name)}: [\n"
            + ",\n".join(
                json.dumps({"text": text, "ids": reference.encode(text)}) for text in CHOSEN
            )
            + "\n]"
            for name, reference in references.items()
        ]
        GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
        return
    texts = CHOSEN + random_texts(RANDOM_TEXTS)
    for name, reference in references.items():
        folder = pathlib.Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        reference.write(folder)
        write_lines(
            folder / "texts.jsonl",
            ({"text": text, "ids": reference.encode(text)} for text in texts),
        )
        write_lines(
            folder / "conversations.jsonl",
            (
                {
                    "messages": [{"role": role, "content": text} for role, text in conversation],
                    "ids": reference.chat(conversation),
                }
                for conversation in CONVERSATIONS
            ),
        )
        print(f"{name}: {len(texts)} texts, {len(CONVERSATIONS)} conversations")


main()
