"""LangChain, instructor and pydantic-ai, as their manuals say to point them at a gateway."""

import asyncio
from typing import Literal

import instructor
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI
from pydantic_ai import Agent, NativeOutput, ToolOutput, UsageLimitExceeded, UsageLimits
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider
from shapes import FITS, Invoice

QUESTION = "What is 2+2?"
INVENT = "Invent an invoice."

@tool
def exchange_rate(currency: Literal["EUR", "USD", "GBP"]) -> str:
    """The exchange rate of a currency to the Swiss franc."""
    return f"0.95 for {currency}"


# LangChain


@pytest.fixture(params=["chat", "responses"])
def langchain(request, gateway):
    return ChatOpenAI(
        model="small",
        base_url=gateway.base + "/v1",
        api_key="none",
        temperature=0,
        max_tokens=FITS,
        max_retries=0,
        use_responses_api=request.param == "responses",
        store=False if request.param == "responses" else None,
    )


def test_langchain_invoke_and_stream_say_the_same(langchain):
    messages = [SystemMessage("Be brief."), HumanMessage(QUESTION)]
    whole = langchain.invoke(messages)
    assert "4" in whole.text
    assert whole.usage_metadata["output_tokens"] > 0
    chunks = list(langchain.stream(messages))
    assert len(chunks) > 2
    assert "".join(chunk.text for chunk in chunks) == whole.text


# LangChain keeps one connection pool for all its clients, so they share a loop.
LOOP = asyncio.new_event_loop()


def test_langchain_async_and_batch(langchain):
    async def ask():
        return await langchain.ainvoke(QUESTION)

    expected = langchain.invoke(QUESTION).text
    assert LOOP.run_until_complete(ask()).text == expected
    assert [answer.text for answer in langchain.batch([QUESTION] * 3)] == [expected] * 3


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_langchain_structured_output(langchain, method):
    structured = langchain.with_structured_output(Invoice, method=method, include_raw=True)
    answer = structured.invoke(INVENT)
    assert answer["parsing_error"] is None
    assert isinstance(answer["parsed"], Invoice)


def test_langchain_tools_and_back(langchain):
    bound = langchain.bind_tools([exchange_rate], tool_choice="exchange_rate", strict=True)
    messages = [HumanMessage("What is the rate of the euro?")]
    answer = bound.invoke(messages)
    assert answer.invalid_tool_calls == []
    assert {call["name"] for call in answer.tool_calls} == {"exchange_rate"}
    results = [exchange_rate.invoke(call) for call in answer.tool_calls]
    assert all(isinstance(result, ToolMessage) for result in results)
    free = langchain.bind_tools([exchange_rate], tool_choice="none")
    after = free.invoke([*messages, answer, *results])
    assert after.tool_calls == [] and isinstance(after, AIMessage)
    before = free.invoke(messages)
    assert after.usage_metadata["input_tokens"] > before.usage_metadata["input_tokens"]


def test_langchain_streams_calls(langchain):
    bound = langchain.bind_tools([exchange_rate], tool_choice="exchange_rate")
    whole = bound.invoke("What is the rate of the euro?")
    gathered = None
    for chunk in bound.stream("What is the rate of the euro?"):
        gathered = chunk if gathered is None else gathered + chunk
    assert [(call["name"], call["args"]) for call in gathered.tool_calls] == [
        (call["name"], call["args"]) for call in whole.tool_calls
    ]


def test_langchain_completes_a_text(gateway):
    model = OpenAI(
        model="small",
        base_url=gateway.base + "/v1",
        api_key="none",
        temperature=0,
        max_tokens=8,
        max_retries=0,
    )
    assert "four" in model.invoke("One, two, three,")


# instructor


@pytest.mark.parametrize("mode", [instructor.Mode.JSON_SCHEMA, instructor.Mode.TOOLS])
def test_instructor(gateway, mode):
    client = instructor.from_openai(
        openai.OpenAI(base_url=gateway.base + "/v1", api_key="none", max_retries=0), mode=mode
    )
    invoice, answer = client.chat.completions.create_with_completion(
        model="small",
        response_model=Invoice,
        messages=[{"role": "user", "content": INVENT}],
        max_tokens=FITS,
        # No second try: the first must hold.
        max_retries=0,
    )
    assert isinstance(invoice, Invoice)
    assert answer.model == "small"


def test_instructor_async(gateway):
    async def ask():
        async with openai.AsyncOpenAI(
            base_url=gateway.base + "/v1", api_key="none", max_retries=0
        ) as plain:
            client = instructor.from_openai(plain, mode=instructor.Mode.JSON_SCHEMA)
            return await client.chat.completions.create(
                model="small",
                response_model=Invoice,
                messages=[{"role": "user", "content": INVENT}],
                max_tokens=FITS,
                max_retries=0,
            )

    assert isinstance(asyncio.run(ask()), Invoice)


# pydantic-ai


@pytest.fixture(params=["chat", "responses"])
def pydantic_model(request, gateway):
    kind = {"chat": OpenAIChatModel, "responses": OpenAIResponsesModel}[request.param]
    provider = OpenAIProvider(base_url=gateway.base + "/v1", api_key="none")
    settings = {"temperature": 0.0, "max_tokens": FITS}
    if request.param == "responses":
        settings["openai_store"] = False
    return kind("small", provider=provider, settings=settings)


def test_pydantic_ai_text_and_stream(pydantic_model):
    agent = Agent(pydantic_model, instructions="Be brief.")
    whole = agent.run_sync(QUESTION)
    assert "4" in whole.output
    assert whole.usage.output_tokens > 0

    async def stream():
        async with agent.run_stream(QUESTION) as result:
            return [piece async for piece in result.stream_text(delta=True, debounce_by=None)]

    pieces = asyncio.run(stream())
    assert len(pieces) > 1
    assert "".join(pieces) == whole.output


@pytest.mark.parametrize("output", [NativeOutput, ToolOutput])
def test_pydantic_ai_structured_output(pydantic_model, output):
    agent = Agent(pydantic_model, output_type=output(Invoice), retries=0)
    assert isinstance(agent.run_sync(INVENT).output, Invoice)


def test_pydantic_ai_runs_tools(pydantic_model):
    asked_for = []
    agent = Agent(pydantic_model, output_type=ToolOutput(Invoice), retries=0)

    @agent.tool_plain
    def exchange_rate(currency: Literal["EUR", "USD", "GBP"]) -> str:
        """The exchange rate of a currency to the Swiss franc."""
        asked_for.append(currency)
        return "0.95"

    # Each round is a required call: of the tool, whose result goes back, or of the output. The
    # model may ask for the rate for ever, so rounds are limited.
    try:
        result = agent.run_sync(INVENT, usage_limits=UsageLimits(request_limit=4))
    except UsageLimitExceeded:
        assert len(asked_for) >= 4
    else:
        assert isinstance(result.output, Invoice)
