"""The official SDK's view of `/v1/responses`, without state."""

import asyncio

import openai
import pytest
from shapes import ASK_RATE, FITS, Invoice, Rate

ASKED = {
    "model": "small",
    "input": "What is 2+2?",
    "max_output_tokens": 24,
    "temperature": 0,
    "store": False,
}
TOOL = {
    "type": "function",
    "name": "exchange_rate",
    "description": Rate.__doc__,
    "parameters": Rate.model_json_schema(),
    "strict": True,
}


def test_an_answer(client):
    response = client.responses.create(**ASKED)
    assert "4" in response.output_text
    assert response.output[0].role == "assistant"
    usage = response.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert response.error is None


def test_a_cut_off_answer_is_incomplete(client):
    response = client.responses.create(
        **ASKED | {"input": "Tell a long story.", "max_output_tokens": 16}
    )
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"


def test_instructions_are_a_developers_message(client):
    by_field = client.responses.create(**ASKED, instructions="Be brief.")
    items = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "input_text", "text": "What is 2+2?"}]},
    ]
    by_item = client.responses.create(**ASKED | {"input": items})
    assert by_field.output_text == by_item.output_text


def test_events_and_the_streaming_helper(client):
    whole = client.responses.create(**ASKED)
    events = list(client.responses.create(**ASKED, stream=True))
    assert events[0].type == "response.created"
    assert events[-1].type in ("response.completed", "response.incomplete")
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == whole.output_text
    with client.responses.stream(**ASKED) as stream:
        list(stream)
        assert stream.get_final_response().output_text == whole.output_text


def test_parse(client):
    response = client.responses.parse(
        **ASKED | {"input": "Invent an invoice.", "max_output_tokens": FITS}, text_format=Invoice
    )
    assert response.status == "completed"
    assert isinstance(response.output_parsed, Invoice)


def test_functions_there_and_back(client):
    arguments = ASKED | {"tools": [TOOL], "max_output_tokens": FITS, "input": ASK_RATE}
    first = client.responses.create(
        **arguments, tool_choice="required", parallel_tool_calls=False
    )
    (call,) = [item for item in first.output if item.type == "function_call"]
    assert call.name == "exchange_rate"
    Rate.model_validate_json(call.arguments)
    result = {
        "type": "function_call_output",
        "call_id": call.call_id,
        "output": '{"rate": "0.95"}',
    }
    second = client.responses.create(
        **arguments | {"input": [*ASK_RATE, *first.output, result]}, tool_choice="none"
    )
    assert second.output[0].type == "message"
    assert second.usage.input_tokens > first.usage.input_tokens


def test_streamed_function_arguments(client):
    arguments = ASKED | {
        "tools": [TOOL],
        "max_output_tokens": FITS,
        "input": ASK_RATE,
        "tool_choice": "required",
        "parallel_tool_calls": False,
    }
    events = list(client.responses.create(**arguments, stream=True))
    deltas = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    (done,) = [e for e in events if e.type == "response.function_call_arguments.done"]
    assert "".join(deltas) == done.arguments
    Rate.model_validate_json(done.arguments)


def test_async(gateway, client):
    async def ask():
        async with openai.AsyncOpenAI(
            base_url=gateway.base + "/v1", api_key="none", max_retries=0
        ) as client:
            return await client.responses.create(**ASKED)

    assert asyncio.run(ask()).output_text == client.responses.create(**ASKED).output_text


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("store", True),
        ("background", True),
        ("conversation", "conv_1"),
        ("temperature", 9),
        ("tools", [{"type": "web_search"}]),
    ],
)
def test_what_is_not_there_is_refused_by_its_name(client, param, value):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**ASKED | {param: value})
    assert caught.value.param.startswith(param)
