"""Structured output with the official SDK: `.parse()` with pydantic models, the extensions, repair
and the error classes, against the real default model."""

import datetime
import enum
import json
import re
import typing

import jsonschema
import openai
import pydantic
import pytest
from shapes import UNIQUE

ASK = [{"role": "user", "content": "Invent an example as JSON."}]


class Side(enum.Enum):
    DEBIT = "debit"
    CREDIT = "credit"


class Line(pydantic.BaseModel):
    account: typing.Annotated[str, pydantic.Field(pattern=r"^[1-9]\d{3}$")]
    side: Side
    amount: typing.Annotated[str, pydantic.Field(pattern=r"^[1-9]\d{0,4}\.\d{2}$")]


class Entry(pydantic.BaseModel):
    date: datetime.date
    memo: typing.Optional[typing.Annotated[str, pydantic.Field(max_length=12)]]
    lines: typing.Annotated[list[Line], pydantic.Field(min_length=2, max_length=3)]


class Posted(pydantic.BaseModel):
    kind: typing.Literal["posted"]
    number: typing.Annotated[int, pydantic.Field(ge=1, le=9999)]


class Refused(pydantic.BaseModel):
    kind: typing.Literal["refused"]
    reason: typing.Annotated[str, pydantic.Field(max_length=20)]


class Outcome(pydantic.BaseModel):
    at: datetime.datetime
    result: typing.Union[Posted, Refused]
    share: typing.Annotated[float, pydantic.Field(ge=0, le=1)]
    flags: typing.Annotated[list[bool], pydantic.Field(max_length=2)]


class Account(pydantic.BaseModel):
    code: typing.Annotated[str, pydantic.Field(pattern=r"^\d{4}$")]
    children: typing.Annotated[list["Account"], pydantic.Field(max_length=1)]


def create(client, **fields):
    fields = {"model": "small", "messages": ASK, "max_tokens": 300, "temperature": 0.8} | fields
    return client.chat.completions.create(**fields).choices[0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("model", [Entry, Outcome])
def test_parse_gives_the_model(client, model, seed):
    answer = client.chat.completions.parse(
        model="small", messages=ASK, response_format=model, seed=seed, max_tokens=400
    )
    choice = answer.choices[0]
    assert choice.finish_reason == "stop"
    assert isinstance(choice.message.parsed, model)


def test_parse_of_a_recursive_model(client):
    try:
        answer = client.chat.completions.parse(
            model="small", messages=ASK, response_format=Account, seed=3, max_tokens=400
        )
    except openai.LengthFinishReasonError:
        return
    assert isinstance(answer.choices[0].message.parsed, Account)


def test_parse_of_a_cut_off_answer_says_so(client):
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(
            model="small", messages=ASK, response_format=Entry, max_tokens=5
        )


def test_the_stream_helper_parses(client):
    with client.chat.completions.stream(
        model="small", messages=ASK, response_format=Outcome, seed=1, max_tokens=400
    ) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in kinds and "content.done" in kinds
    assert isinstance(final.choices[0].message.parsed, Outcome)


@pytest.mark.parametrize("stream", [False, True])
def test_json_object(client, stream):
    fields = {
        "model": "small",
        "messages": [{"role": "user", "content": "A name and an age as JSON."}],
        "response_format": {"type": "json_object"},
        "max_tokens": 300,
        "temperature": 0,
    }
    if stream:
        chunks = list(client.chat.completions.create(**fields, stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks)
        reason = chunks[-1].choices[0].finish_reason
    else:
        choice = client.chat.completions.create(**fields).choices[0]
        text, reason = choice.message.content, choice.finish_reason
    assert reason in ("stop", "length")
    if reason == "stop":
        assert isinstance(json.loads(text), dict)


@pytest.mark.parametrize("older", [False, True])
def test_regex(client, older):
    regex = r"[A-Z]{2}\d{2}( \d{4}){1,2}"
    extra = {"guided_regex": regex} if older else {"structured_outputs": {"regex": regex}}
    choice = create(client, extra_body=extra)
    assert choice.finish_reason == "stop"
    assert re.fullmatch(regex, choice.message.content, re.ASCII)


@pytest.mark.parametrize("older", [False, True])
def test_choice(client, older):
    texts = ["sales invoice", "purchase invoice", "credit note"]
    extra = {"guided_choice": texts} if older else {"structured_outputs": {"choice": texts}}
    choice = create(client, extra_body=extra)
    assert (choice.finish_reason, choice.message.content in texts) == ("stop", True)


@pytest.mark.parametrize("older", [False, True])
def test_grammar(client, older):
    grammar = 'start: amount " " ("EUR" | "USD")\namount: /[1-9][0-9]{0,4}\\.[0-9]{2}/'
    extra = {"guided_grammar": grammar} if older else {"structured_outputs": {"grammar": grammar}}
    choice = create(client, extra_body=extra)
    assert choice.finish_reason == "stop"
    assert re.fullmatch(r"[1-9][0-9]{0,4}\.[0-9]{2} (EUR|USD)", choice.message.content)


@pytest.mark.parametrize("form", ["guided_json", "structured_outputs"])
def test_json_by_the_extensions(client, form):
    schema = Outcome.model_json_schema()
    for part in [schema, *schema["$defs"].values()]:
        part["additionalProperties"] = False
    extra = {form: schema if form == "guided_json" else {"json": json.dumps(schema)}}
    choice = create(client, extra_body=extra)
    assert choice.finish_reason == "stop"
    Outcome.model_validate_json(choice.message.content)


UNIQUE_FORMAT = {"type": "json_schema", "json_schema": {"name": "unique", "schema": UNIQUE}}


def test_without_repair_the_keyword_is_named(client):
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, response_format=UNIQUE_FORMAT)
    assert caught.value.code == "unsupported_schema"
    assert caught.value.param.endswith("/properties/tags/uniqueItems")
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, extra_body={"guided_json": UNIQUE})
    assert caught.value.param == "guided_json/properties/tags/uniqueItems"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stream", [False, True])
def test_with_repair_an_answer_validates_or_is_502(client, seed, stream):
    fields = {
        "model": "small",
        "messages": ASK,
        "response_format": UNIQUE_FORMAT,
        "max_tokens": 100,
        "temperature": 1.0,
        "seed": seed,
        "extra_body": {"x_repair": True},
    }
    try:
        if stream:
            chunks = list(client.chat.completions.create(**fields, stream=True))
            text = "".join(c.choices[0].delta.content or "" for c in chunks)
            reason = chunks[-1].choices[0].finish_reason
        else:
            choice = client.chat.completions.create(**fields).choices[0]
            text, reason = choice.message.content, choice.finish_reason
    except openai.InternalServerError as error:
        assert error.status_code == 502 and error.code == "answer_invalid"
    except openai.APIError as error:
        assert stream and error.code == "answer_invalid"
    else:
        assert reason == "stop"
        jsonschema.validate(json.loads(text), UNIQUE)


def test_two_forms_are_refused(client):
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, extra_body={"guided_regex": "a", "guided_choice": ["a"]})
    assert caught.value.param == "guided_choice"
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, extra_body={"x_repair": True})
    assert caught.value.param == "x_repair"
