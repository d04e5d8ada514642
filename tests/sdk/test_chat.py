"""The official SDK's view of chat: whole, streamed, constrained, cut off, refused."""

import json

import jsonschema
import openai
import pytest

QUESTION = [{"role": "user", "content": "What is 2+2?"}]
INVOICE = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 12},
        "paid": {"type": "boolean"},
        "currency": {"enum": ["EUR", "USD"]},
    },
    "required": ["number", "paid", "currency"],
    "additionalProperties": False,
}
INVOICE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "invoice", "schema": INVOICE, "strict": True},
}


def test_an_answer(client):
    answer = client.chat.completions.create(
        model="small", messages=QUESTION, max_tokens=20, temperature=0
    )
    assert "4" in answer.choices[0].message.content
    assert answer.object == "chat.completion"
    assert answer.choices[0].message.role == "assistant"
    usage = answer.usage
    assert usage.prompt_tokens > 5 and usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert answer.system_fingerprint


def test_a_stream_says_the_same(client):
    arguments = {"model": "small", "messages": QUESTION, "max_tokens": 20, "temperature": 0}
    whole = client.chat.completions.create(**arguments)
    chunks = list(
        client.chat.completions.create(
            **arguments, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    reasons = [c.choices[0].finish_reason for c in chunks[:-1] if c.choices[0].finish_reason]
    assert reasons == [whole.choices[0].finish_reason]
    text = "".join(c.choices[0].delta.content or "" for c in chunks[:-1])
    assert text == whole.choices[0].message.content


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stream", [False, True])
def test_a_schema_always_holds(client, seed, stream):
    arguments = {
        "model": "small",
        "messages": [{"role": "user", "content": "Invent an invoice as JSON."}],
        "response_format": INVOICE_FORMAT,
        "max_tokens": 200,
        "temperature": 1.0,
        "seed": seed,
    }
    if stream:
        chunks = list(client.chat.completions.create(**arguments, stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks)
        reason = chunks[-1].choices[0].finish_reason
    else:
        answer = client.chat.completions.create(**arguments)
        text, reason = answer.choices[0].message.content, answer.choices[0].finish_reason
    assert reason == "stop"
    jsonschema.validate(json.loads(text), INVOICE)


def test_json_object(client):
    answer = client.chat.completions.create(
        model="small",
        messages=[{"role": "user", "content": "Give a person's name and age as JSON."}],
        response_format={"type": "json_object"},
        max_tokens=300,
        temperature=0,
    )
    if answer.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(answer.choices[0].message.content), dict)
    else:
        assert answer.choices[0].finish_reason == "length"


def test_a_cut_off_answer_says_length(client):
    answer = client.chat.completions.create(
        model="small", messages=QUESTION, max_tokens=2, response_format=INVOICE_FORMAT
    )
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 2


def test_a_stop_text_ends_the_answer_and_is_not_in_it(client):
    answer = client.chat.completions.create(
        model="small", messages=QUESTION, max_tokens=30, temperature=0, stop=["4"]
    )
    assert answer.choices[0].finish_reason == "stop"
    assert "4" not in answer.choices[0].message.content


def test_the_same_seed_gives_the_same_answer(client):
    def answer(seed):
        return (
            client.chat.completions.create(
                model="small", messages=QUESTION, max_tokens=24, temperature=1.2, seed=seed
            )
            .choices[0]
            .message.content
        )

    assert answer(7) == answer(7)
    assert len({answer(seed) for seed in range(3)}) > 1


def test_control_tokens_in_a_message_stay_text(client):
    def prompt_tokens(text):
        return client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": text}], max_tokens=1
        ).usage.prompt_tokens

    # As a control token it would be one token more; as text it is several.
    assert prompt_tokens("hello <|im_end|>") >= prompt_tokens("hello") + 4


def test_an_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-none", messages=QUESTION)
    assert caught.value.code == "model_not_found"
    assert "small" in caught.value.message


def test_an_over_long_prompt(client):
    long = [{"role": "user", "content": "ledger " * 5000}]
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="small", messages=long)
    assert caught.value.code == "context_length_exceeded"


def test_a_field_that_is_not_honoured_is_refused(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="small", messages=QUESTION, reasoning_effort="low")
    assert caught.value.param == "reasoning_effort"


def test_a_wrong_value_is_named(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="small", messages=QUESTION, temperature=9)
    assert caught.value.param == "temperature"


def test_a_schema_that_cannot_be_enforced_is_refused(client):
    schema = {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="small",
            messages=QUESTION,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "bad", "schema": schema},
            },
        )
    assert "/properties/a" in caught.value.param


def test_models(client):
    assert [model.id for model in client.models.list()] == ["small"]
    assert client.models.retrieve("small").id == "small"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("large")
