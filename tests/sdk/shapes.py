"""What the tests ask for: closed forms, so that a small model's answer can be judged."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

QUESTION = [{"role": "user", "content": "What is 2+2?"}]
INVENT = [{"role": "user", "content": "Invent an invoice."}]

# Tokens that an invoice, or a call of the tool, surely fits into.
FITS = 120

# A keyword that no grammar enforces: only repair takes it.
UNIQUE = {
    "type": "object",
    "properties": {
        "tags": {
            "type": "array",
            "items": {"enum": ["a", "b", "c"]},
            "uniqueItems": True,
            "maxItems": 2,
        }
    },
    "required": ["tags"],
    "additionalProperties": False,
}


class Invoice(BaseModel):
    """An invoice."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=12)
    paid: bool
    currency: Literal["EUR", "USD"]
