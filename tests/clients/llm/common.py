"""What all walks of this directory share: where the proxy is, its models, and a tool to call."""

import os

URL = os.environ["ARTEL_LLM_URL"] + "/v1"
KEY = os.environ["ARTEL_LLM_KEY"]

# One model for each protocol that a provider may speak, played from a script, and the one that is built in.
SCRIPTED = ["openai:scripted", "anthropic:scripted", "ollama:scripted"]
MODELS = [*SCRIPTED, "demo:echo"]

SNOW = "Snow, and the pass is closed."


def said(model: str, text: str) -> str:
    """What a model answers that only says back what it heard."""
    return f"You said: {text}" if model.startswith("demo:") else text


def expect(holds: bool, *about: object) -> None:
    if not holds:
        raise AssertionError(*about)
