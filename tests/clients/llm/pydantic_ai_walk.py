"""Pydantic AI: agents with tools, streams, structured output by tools and by schema, errors."""

import asyncio

from pydantic import BaseModel
from pydantic_ai import Agent, ModelHTTPError, NativeOutput
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from common import KEY, MODELS, SCRIPTED, SNOW, URL, expect, said


class Weather(BaseModel):
    city: str
    degrees: int


def agent(model: str, **how) -> Agent:
    return Agent(OpenAIChatModel(model, provider=OpenAIProvider(base_url=URL, api_key=KEY)), **how)


def forecaster(model: str) -> Agent:
    made = agent(model, instructions="Be brief.")

    @made.tool_plain
    def weather(city: str) -> str:
        """Says what the weather is like."""
        expect(bool(city), "an argument")
        return SNOW

    return made


async def walk(model: str) -> None:
    answer = await agent(model).run("Ahoy")
    expect(answer.output == said(model, "Ahoy") and answer.usage.output_tokens > 0, answer)
    async with agent(model).run_stream("Ahoy there") as stream:
        words = [word async for word in stream.stream_text(delta=True)]
    expect("".join(words) == said(model, "Ahoy there"), words)
    question = "What is the weather in 'Rome'? Use the tool."
    answer = await forecaster(model).run(question)
    expect(SNOW in answer.output, answer)
    async with forecaster(model).run_stream(question) as stream:
        expect(SNOW in await stream.get_output(), "the result is told, streamed")
    # The dialogue goes on from what the client keeps of it.
    again = await forecaster(model).run("Ahoy", message_history=answer.all_messages())
    expect(bool(again.output), again)


async def structured(model: str) -> None:
    by_tool = await agent(model, output_type=Weather).run("Rome")
    expect(isinstance(by_tool.output, Weather), by_tool)
    by_schema = await agent(model, output_type=NativeOutput(Weather)).run("Rome as JSON")
    expect(by_schema.output == Weather(city="Rome", degrees=21), by_schema)


async def errors() -> None:
    try:
        await agent("nobody:x").run("?")
    except ModelHTTPError as error:
        expect(error.status_code == 404, error)
    else:
        raise AssertionError("an unknown model is an error")


async def main() -> None:
    for model in MODELS:
        await walk(model)
    for model in SCRIPTED:
        await structured(model)
    await errors()


asyncio.run(main())
print("pydantic-ai is served")
