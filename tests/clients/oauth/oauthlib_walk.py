"""oauthlib (by requests-oauthlib): every grant and refresh."""

import os

from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, LegacyApplicationClient, WebApplicationClient
from requests_oauthlib import OAuth2Session

from browser import AUTHORIZE, CALLBACK, PASSWORD, SERVICE_SECRET, TOKEN, sign_in, userinfo

# The server of the test speaks plain HTTP on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

# The password grant, as the IDE uses it: a public client, no scope.
ide = OAuth2Session(client=LegacyApplicationClient("codelab-flutter-app"))
token = ide.fetch_token(TOKEN, username="admin", password=PASSWORD, include_client_id=True)
assert set(token["scope"]) == {"api:read", "api:write"} and token["token_type"] == "bearer", token
who = userinfo(token["access_token"])
assert who["preferred_username"] == "admin" and "email" not in who, who
old = token["refresh_token"]
token = ide.refresh_token(TOKEN, refresh_token=old, client_id="codelab-flutter-app")
assert token["refresh_token"] != old and token["expires_in"] == 900, token
try:
    ide.fetch_token(TOKEN, username="admin", password="wrong", include_client_id=True)
    raise SystemExit("a wrong password was taken")
except InvalidGrantError:
    pass

# Authorization code with PKCE, as a confidential client with the secret in the header.
web = OAuth2Session(client=WebApplicationClient("py-service"), redirect_uri=CALLBACK, scope=["api:read"], pkce="S256")
url, _state = web.authorization_url(AUTHORIZE)
token = web.fetch_token(TOKEN, authorization_response=sign_in(url), client_secret=SERVICE_SECRET)
assert token["scope"] == ["api:read"], token
assert userinfo(token["access_token"])["preferred_username"] == "admin"

# Client credentials.
service = OAuth2Session(client=BackendApplicationClient("py-service"))
token = service.fetch_token(TOKEN, client_id="py-service", client_secret=SERVICE_SECRET)
assert token["token_type"] == "bearer" and "refresh_token" not in token, token
