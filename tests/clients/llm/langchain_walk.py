"""LangChain's ChatOpenAI: invoke, stream, a tool loop, structured output, errors."""

import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel

from common import KEY, MODELS, SCRIPTED, SNOW, URL, expect, said


class Weather(BaseModel):
    """What the weather is like."""

    city: str
    degrees: int


@tool
def weather(city: str) -> str:
    """Says what the weather is like."""
    return SNOW


def chat(model: str) -> ChatOpenAI:
    return ChatOpenAI(model=model, base_url=URL, api_key=KEY, max_retries=0, stream_usage=True)


def walk(model: str) -> None:
    answer = chat(model).invoke("Ahoy")
    expect(answer.content == said(model, "Ahoy") and answer.usage_metadata["output_tokens"] > 0, answer)
    whole = None
    for chunk in chat(model).stream("Ahoy there"):
        whole = chunk if whole is None else whole + chunk
    expect(whole.content == said(model, "Ahoy there") and whole.usage_metadata["output_tokens"] > 0, whole)
    with_tool = chat(model).bind_tools([weather])
    for ask in (with_tool.invoke, lambda messages: fold(with_tool.stream(messages))):
        messages = [HumanMessage("What is the weather in 'Rome'? Use the tool.")]
        answer = ask(messages)
        (call,) = answer.tool_calls
        expect(call["name"] == "weather" and "city" in call["args"], answer)
        messages += [answer, ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])]
        expect(SNOW in ask(messages).content, "the result is told")


def fold(chunks):
    whole = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    return whole


def structured(model: str) -> None:
    by_schema = chat(model).with_structured_output(Weather, method="json_schema").invoke("Rome as JSON")
    expect(by_schema == Weather(city="Rome", degrees=21), by_schema)
    by_tool = chat(model).with_structured_output(Weather, method="function_calling").invoke("Rome")
    expect(isinstance(by_tool, Weather), by_tool)


for model in MODELS:
    walk(model)
for model in SCRIPTED:
    structured(model)
try:
    chat("openai:scripted").invoke("be busy")
except openai.RateLimitError:
    pass
else:
    raise AssertionError("a busy provider is an error")
embeddings = OpenAIEmbeddings(model="openai:scripted", base_url=URL, api_key=KEY, check_embedding_ctx_length=False)
expect(len(embeddings.embed_documents(["one", "two"])) == 2, "vectors")
print("langchain is served")
