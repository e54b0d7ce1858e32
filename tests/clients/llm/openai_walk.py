"""OpenAI's own client for Python: chat, streams, tools, structured output, vectors, errors."""

import json

import openai
from openai import OpenAI
from pydantic import BaseModel

from common import KEY, MODELS, SCRIPTED, SNOW, URL, expect, said

client = OpenAI(base_url=URL, api_key=KEY, max_retries=0)
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Says what the weather is like",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Weather(BaseModel):
    city: str
    degrees: int


def ask(text: str) -> list:
    return [{"role": "user", "content": text}]


def chat(model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=ask("Ahoy"))
    expect(answer.choices[0].message.content == said(model, "Ahoy"), answer)
    expect(answer.choices[0].finish_reason == "stop" and answer.usage.total_tokens > 0, answer)
    expect(answer._request_id, "x-request-id")


def stream(model: str) -> None:
    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=model, messages=ask("Ahoy there"), stream=True, stream_options=options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    expect(text == said(model, "Ahoy there"), text)
    expect(not chunks[-1].choices and chunks[-1].usage.total_tokens > 0, chunks[-1])
    expect(len({chunk.id for chunk in chunks}) == 1, "one id")


def tool_loop(model: str) -> None:
    messages = ask("What is the weather in 'Rome'? Use the tool.")
    answer = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER])
    message = answer.choices[0].message
    expect(answer.choices[0].finish_reason == "tool_calls" and len(message.tool_calls) == 1, answer)
    call = message.tool_calls[0]
    expect(call.function.name == "weather" and "city" in json.loads(call.function.arguments), call)
    messages += [message, {"role": "tool", "tool_call_id": call.id, "content": SNOW}]
    answer = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER])
    expect(SNOW in answer.choices[0].message.content, answer)


def streamed_tool_loop(model: str) -> None:
    messages = ask("What is the weather in 'Rome'? Use the tool.")
    with client.chat.completions.stream(model=model, messages=messages, tools=[WEATHER]) as events:
        message = events.get_final_completion().choices[0].message
    call = message.tool_calls[0]
    expect("city" in json.loads(call.function.arguments), call)
    messages += [message, {"role": "tool", "tool_call_id": call.id, "content": SNOW}]
    with client.chat.completions.stream(model=model, messages=messages, tools=[WEATHER]) as events:
        expect(SNOW in events.get_final_completion().choices[0].message.content, "the result is told")


def structured(model: str) -> None:
    answer = client.chat.completions.parse(model=model, messages=ask("Rome as JSON"), response_format=Weather)
    expect(answer.choices[0].message.parsed == Weather(city="Rome", degrees=21), answer)


def errors(model: str) -> None:
    try:
        client.chat.completions.create(model=model, messages=ask("be busy"))
    except openai.RateLimitError as error:
        expect(error.code == "rate_limit_exceeded" and error.response.headers["retry-after"] == "7", error)
    else:
        raise AssertionError("a busy provider is an error")
    words = []
    try:
        for chunk in client.chat.completions.create(model=model, messages=ask("break off"), stream=True):
            words.append(chunk.choices[0].delta.content or "")
    except openai.APIError as error:
        expect("".join(words).startswith("One two"), words, error)
    else:
        raise AssertionError("a stream that breaks off is an error")


def refusals() -> None:
    for refused, members in [
        (openai.NotFoundError, {"model": "nobody:x"}),
        (openai.BadRequestError, {"n": 2}),
        (openai.BadRequestError, {"temperature": "hot"}),
    ]:
        try:
            client.chat.completions.create(**{"model": "demo:echo", "messages": ask("?"), **members})
        except refused as error:
            expect(error.param == next(iter(members)), error)
        else:
            raise AssertionError(members)
    try:
        OpenAI(base_url=URL, api_key="wrong", max_retries=0).models.list()
    except openai.AuthenticationError:
        return
    raise AssertionError("a wrong key is refused")


def vectors() -> None:
    # The client asks for base64 and reads it by itself.
    for model in ["openai:scripted", "ollama:scripted", "demo:echo"]:
        answer = client.embeddings.create(model=model, input=["one", "two"])
        expect(len(answer.data) == 2 and isinstance(answer.data[1].embedding[0], float), answer)


for model in MODELS:
    chat(model)
    stream(model)
    tool_loop(model)
    streamed_tool_loop(model)
for model in SCRIPTED:
    structured(model)
    errors(model)
refusals()
vectors()
expect("demo:echo" in [model.id for model in client.models.list()], "models are listed")
expect(client.models.retrieve("demo:echo").owned_by == "demo", "a model is told of")
print("openai for Python is served")
