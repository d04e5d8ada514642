"""The official SDK's view of responses: whole, streamed, parsed, with functions, refused."""

import asyncio
import json
from typing import Literal

import openai
import pydantic
import pytest

QUESTION = "What is 2+2?"


class Invoice(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    number: str = pydantic.Field(max_length=12)
    paid: bool
    currency: Literal["EUR", "USD"]


WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 20}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


def test_a_response(client):
    response = client.responses.create(
        model="small", input=QUESTION, instructions="Answer in a few words.", temperature=0,
        max_output_tokens=30, metadata={"case": "1"}, user="ann",
    )
    assert "4" in response.output_text
    assert response.object == "response" and response.status == "completed"
    assert response.error is None and response.incomplete_details is None
    assert response.instructions == "Answer in a few words."
    assert response.metadata == {"case": "1"} and response.user == "ann"
    assert response.tool_choice == "auto" and response.tools == []
    assert response.text.format.type == "text" and response.truncation == "disabled"
    [message] = response.output
    assert message.type == "message" and message.role == "assistant"
    usage = response.usage
    assert usage.input_tokens > 5 and usage.output_tokens > 0
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.output_tokens_details.reasoning_tokens == 0
    # The body has every field that the SDK's own type needs, in its type.
    type(response).model_validate_json(response.model_dump_json())


def test_a_conversation_goes_on(client):
    first = client.responses.create(
        model="small", input="My name is Ann.", max_output_tokens=20, temperature=0
    )
    items = [{"role": "user", "content": "My name is Ann."}]
    items += first.output
    items.append({"role": "user", "content": [{"type": "input_text", "text": "What is my name?"}]})
    second = client.responses.create(
        model="small", input=items, max_output_tokens=20, temperature=0
    )
    assert second.usage.input_tokens > first.usage.input_tokens + first.usage.output_tokens
    assert second.output_text


def test_a_raw_stream_says_the_same(client):
    arguments = {"model": "small", "input": QUESTION, "temperature": 0, "max_output_tokens": 20}
    whole = client.responses.create(**arguments)
    events = list(client.responses.create(**arguments, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    types = [event.type for event in events]
    assert types[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert types[-4:-1] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ]
    assert types[-1] == "response." + whole.status
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == events[-1].response.output_text == whole.output_text
    assert events[-1].response.usage == whole.usage


def test_the_streaming_helper(client):
    with client.responses.stream(model="small", input=QUESTION, temperature=0) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert "".join(deltas) == final.output_text
    assert final.status == "completed"


@pytest.mark.parametrize("seed", range(3))
def test_a_parsed_response(client, seed):
    response = client.responses.parse(
        model="small", input="Invent an invoice as JSON.", text_format=Invoice, temperature=1.0,
        extra_body={"seed": seed},
    )
    assert response.status == "completed"
    assert isinstance(response.output_parsed, Invoice)


def test_a_parsed_stream(client):
    with client.responses.stream(
        model="small", input="Invent an invoice as JSON.", text_format=Invoice, temperature=1.0
    ) as stream:
        final = stream.get_final_response()
    assert isinstance(final.output_parsed, Invoice)


def test_json_object(client):
    response = client.responses.create(
        model="small", input="Give a name and an age as JSON.", temperature=0,
        text={"format": {"type": "json_object"}}, max_output_tokens=200,
    )
    if response.status == "completed":
        assert isinstance(json.loads(response.output_text), dict)
    else:
        assert response.incomplete_details.reason == "max_output_tokens"


def test_a_cut_off_response_is_incomplete(client):
    response = client.responses.create(
        model="small", input=QUESTION, max_output_tokens=2, temperature=0
    )
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert response.output[0].status == "incomplete"
    assert response.usage.output_tokens == 2


def test_logprobs(client):
    response = client.responses.create(
        model="small", input=QUESTION, max_output_tokens=5, temperature=0, top_logprobs=2,
        include=["message.output_text.logprobs"],
    )
    logprobs = response.output[0].content[0].logprobs
    assert len(logprobs) == response.usage.output_tokens
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in logprobs)
    assert logprobs[0].token == logprobs[0].top_logprobs[0].token


def test_a_function_is_called_and_its_output_used(client):
    question = [{"role": "user", "content": "How is the weather in Oslo?"}]
    response = client.responses.create(
        model="small", input=question, tools=[WEATHER], tool_choice="required", temperature=0,
        parallel_tool_calls=False,
    )
    assert response.status == "completed"
    [call] = [item for item in response.output if item.type == "function_call"]
    assert call.name == "weather" and set(json.loads(call.arguments)) == {"city"}
    assert response.tools[0].name == "weather"
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "Snow, -3 C"}
    answer = client.responses.create(
        model="small", input=[*question, *response.output, output], tools=[WEATHER],
        tool_choice="none", max_output_tokens=40, temperature=0,
    )
    assert answer.output_text


def test_a_streamed_function_call(client):
    with client.responses.stream(
        model="small", input="How is the weather in Oslo?", tools=[WEATHER], temperature=0,
        tool_choice={"type": "function", "name": "weather"},
    ) as stream:
        events = list(stream)
        final = stream.get_final_response()
    [call] = [item for item in final.output if item.type == "function_call"]
    deltas = [
        event.delta for event in events if event.type == "response.function_call_arguments.delta"
    ]
    assert "".join(deltas) == call.arguments and len(deltas) > 1
    assert set(json.loads(call.arguments)) == {"city"}


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"store": True}, "store"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"truncation": "auto"}, "truncation"),
        ({"reasoning": {"effort": "high"}}, "reasoning.effort"),
        ({"include": ["reasoning.encrypted_content"]}, "include[0]"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"temperature": 9}, "temperature"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"input": "ledger " * 5000}, "input"),
    ],
)
def test_what_is_refused_is_named(client, arguments, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**({"model": "small", "input": QUESTION} | arguments))
    assert caught.value.param == param


def test_nothing_is_stored(client):
    response = client.responses.create(model="small", input=QUESTION, max_output_tokens=1)
    for call in (client.responses.retrieve, client.responses.delete):
        with pytest.raises(openai.NotFoundError) as caught:
            call(response.id)
        assert "not stored" in caught.value.message


def test_an_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.responses.create(model="gpt-none", input=QUESTION)
    assert caught.value.code == "model_not_found"


def test_the_async_client(gateway):
    async def run():
        async with openai.AsyncOpenAI(
            base_url=gateway.base + "/v1", api_key="none", max_retries=0
        ) as client:
            async with client.responses.stream(
                model="small", input=QUESTION, temperature=0
            ) as stream:
                deltas = [
                    event.delta async for event in stream
                    if event.type == "response.output_text.delta"
                ]
                final = await stream.get_final_response()
            parsed = await client.responses.parse(
                model="small", input="Invent an invoice as JSON.", text_format=Invoice
            )
            return deltas, final, parsed

    deltas, final, parsed = asyncio.run(run())
    assert "".join(deltas) == final.output_text
    assert isinstance(parsed.output_parsed, Invoice)
