"""The seed's Python sample, word for word as far as the auth service goes, and what the benchmark client sends."""

import asyncio

import httpx

from browser import INTERNAL_SECRET, PASSWORD, URL


class CodeLabClient:
    def __init__(self, base_url: str = "http://localhost"):
        self.base_url = base_url
        self.client = httpx.AsyncClient()
        self.access_token = None

    async def login(self, username: str, password: str):
        """Аутентификация."""
        response = await self.client.post(
            f"{self.base_url}/oauth/token",
            data={
                "grant_type": "password",
                "username": username,
                "password": password,
                "client_id": "codelab-flutter-app"
            }
        )
        response.raise_for_status()
        data = response.json()
        self.access_token = data["access_token"]
        return data


async def main():
    client = CodeLabClient(URL)
    tokens = await client.login("admin@codelab.local", PASSWORD)
    print(f"Access token: {tokens['access_token'][:3]}...")
    assert isinstance(tokens["expires_in"], int) and tokens["token_type"] == "bearer"
    # The IDE reads the time of issue to refresh in time, and refreshes without naming scopes.
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "codelab-flutter-app"}
    refreshed = (await client.client.post(f"{URL}/oauth/token", data=form)).json()
    assert refreshed["issued_at"].endswith("Z") and refreshed["refresh_token"] != tokens["refresh_token"]
    # The benchmark client sends a secret in the form.
    form = {"grant_type": "password", "username": "admin", "password": PASSWORD}
    form |= {"client_id": "codelab-internal", "client_secret": INTERNAL_SECRET}
    internal = await client.client.post(f"{URL}/oauth/token", data=form)
    assert internal.json()["scope"] == "api:admin api:read api:write", internal.text
    wrong = await client.client.post(f"{URL}/oauth/token", data=form | {"password": "wrong"})
    assert wrong.status_code == 401 and wrong.json()["error"] == "invalid_grant", wrong.text
    agents = await client.client.get(f"{URL}/v1/agents", headers={"Authorization": f"Bearer {client.access_token}"})
    assert agents.status_code == 200, agents.text


asyncio.run(main())
