"""The extensions of structured output and the repair in responses, as the chats have them."""

import json
import re

import jsonschema
import openai
import pytest
from shapes import UNIQUE

TEXTS = ["sales invoice", "purchase invoice", "credit note"]
REGEX = r"[A-Z]{2}\d{2}( \d{4}){1,2}"
GRAMMAR = 'start: amount " " ("EUR" | "USD")\namount: /[1-9][0-9]{0,4}\\.[0-9]{2}/'
SCHEMA = {
    "type": "object",
    "properties": {"paid": {"type": "boolean"}, "days": {"enum": [14, 30]}},
    "required": ["paid", "days"],
    "additionalProperties": False,
}
UNIQUE_FORMAT = {"format": {"type": "json_schema", "name": "unique", "schema": UNIQUE}}

FORMS = {
    "choice": (TEXTS, lambda text: text in TEXTS),
    "regex": (REGEX, lambda text: re.fullmatch(REGEX, text, re.ASCII)),
    "grammar": (GRAMMAR, lambda text: re.fullmatch(r"[1-9][0-9]{0,4}\.[0-9]{2} (EUR|USD)", text)),
    "json": (SCHEMA, lambda text: jsonschema.validate(json.loads(text), SCHEMA) is None),
}


def ask(client, **fields):
    fields = {"model": "small", "input": "Invent an example.", "max_output_tokens": 100} | fields
    return client.responses.create(**fields)


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_an_answer_has_the_form(client, form, older):
    value, holds = FORMS[form]
    extra = {f"guided_{form}": value} if older else {"structured_outputs": {form: value}}
    response = ask(client, temperature=0.8, extra_body=extra | {"seed": 3})
    assert response.status == "completed"
    assert holds(response.output_text)


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_has_the_form(client, form):
    value, holds = FORMS[form]
    extra = {"structured_outputs": {form: value}}
    events = list(ask(client, temperature=0, extra_body=extra, stream=True))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert events[-1].type == "response.completed"
    assert "".join(deltas) == events[-1].response.output_text
    assert holds("".join(deltas))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_with_repair_an_answer_validates_or_says_that_it_does_not(client, seed, stream):
    extra = {"x_repair": True, "seed": seed}
    fields = {"text": UNIQUE_FORMAT, "temperature": 1.0, "extra_body": extra, "stream": stream}
    try:
        answer = ask(client, **fields)
        response = list(answer)[-1].response if stream else answer
    except openai.InternalServerError as error:
        assert error.status_code == 502 and error.code == "answer_invalid"
        return
    if response.status == "failed":
        assert stream and response.error.message
    else:
        assert response.status == "completed"
        jsonschema.validate(json.loads(response.output_text), UNIQUE)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"text": UNIQUE_FORMAT}, "text/format/schema/properties/tags/uniqueItems"),
        ({"extra_body": {"guided_json": UNIQUE}}, "guided_json/properties/tags/uniqueItems"),
        ({"extra_body": {"guided_regex": "a", "guided_choice": ["a"]}}, "guided_choice"),
        ({"extra_body": {"structured_outputs": {"regex": "("}}}, "structured_outputs/regex"),
        ({"extra_body": {"x_repair": True}}, "x_repair"),
    ],
)
def test_what_no_grammar_can_hold_is_named(client, fields, param):
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, **fields)
    assert caught.value.param == param
