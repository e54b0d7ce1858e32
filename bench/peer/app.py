"""What a user would write instead of Artel: FastAPI and pydantic-ai, one agent, no database.

It does the same piece of work as `POST /runs` of Artel on the same model server and answers the same members,
but keeps nothing: no tenant, no journal, no durability. That makes the comparison lean towards this program.
"""

import os
from datetime import UTC, datetime
from uuid import uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


class NewRun(BaseModel):
    agent_id: str
    input_message: str


class Run(BaseModel):
    id: str
    agent_id: str
    session_id: str
    status: str
    input_message: str
    output_message: str
    error_message: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    tools_called: list[dict[str, object]]
    created_at: datetime
    updated_at: datetime


provider = OpenAIProvider(base_url=os.environ["OPENAI_BASE_URL"], api_key="unused")
agent = Agent(OpenAIChatModel(os.environ["PEER_MODEL"], provider=provider), system_prompt="You answer in one short sentence.")
app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/runs", status_code=201)
async def create_run(new: NewRun) -> Run:
    created_at = datetime.now(UTC)
    result = await agent.run(new.input_message)
    usage = result.usage() if callable(result.usage) else result.usage
    return Run(
        id=str(uuid4()),
        agent_id=new.agent_id,
        session_id=str(uuid4()),
        status="succeeded",
        input_message=new.input_message,
        output_message=result.output,
        error_message=None,
        prompt_tokens=usage.input_tokens,
        completion_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
        tools_called=[],
        created_at=created_at,
        updated_at=datetime.now(UTC),
    )
