"""authlib: every grant, refresh, revocation, introspection; and joserfc verifies what we sign by our key set."""

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from browser import AUTHORIZE, CALLBACK, INTERNAL_SECRET, PASSWORD, SERVICE_SECRET, TOKEN, URL, sign_in, userinfo

metadata = requests.get(f"{URL}/.well-known/openid-configuration").json()
assert metadata["token_endpoint"] == TOKEN and metadata["authorization_endpoint"] == AUTHORIZE, metadata
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"]).json())


def claims_of(token, audience):
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    required = {"iss": {"essential": True, "value": metadata["issuer"]}, "aud": {"essential": True, "value": audience}}
    jwt.JWTClaimsRegistry(**required, exp={"essential": True}).validate(claims)
    return claims


# Authorization code with PKCE, as a public client.
app = OAuth2Session("py-app", redirect_uri=CALLBACK, scope="openid api:read", code_challenge_method="S256", token_endpoint_auth_method="none")
verifier = "v" * 64
url, state = app.create_authorization_url(AUTHORIZE, code_verifier=verifier, nonce="n-7")
back = sign_in(url)
token = app.fetch_token(TOKEN, authorization_response=back, state=state, code_verifier=verifier)
assert claims_of(token["access_token"], "codelab-api")["client_id"] == "py-app"
assert claims_of(token["id_token"], "py-app")["nonce"] == "n-7"
assert userinfo(token["access_token"])["preferred_username"] == "admin"
assert f"iss={metadata['issuer'].replace(':', '%3A').replace('/', '%2F')}" in back, back

# Refresh, and revocation of what came of it.
old = token["refresh_token"]
token = app.refresh_token(TOKEN, refresh_token=old)
assert token["refresh_token"] != old
assert app.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"], token_type_hint="refresh_token").status_code == 200
try:
    app.refresh_token(TOKEN, refresh_token=token["refresh_token"])
    raise SystemExit("a revoked refresh token was taken")
except OAuthError as error:
    assert error.error == "invalid_grant", error

# Client credentials, with the secret in the header and in the form.
for method in ["client_secret_basic", "client_secret_post"]:
    service = OAuth2Session("py-service", SERVICE_SECRET, token_endpoint_auth_method=method)
    token = service.fetch_token(TOKEN, grant_type="client_credentials", scope="api:read")
    assert token["scope"] == "api:read" and "refresh_token" not in token, token
    seen = service.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
    assert seen["active"] is True and seen["client_id"] == "py-service", seen

# The password grant, by the confidential first-party client.
internal = OAuth2Session("codelab-internal", INTERNAL_SECRET)
token = internal.fetch_token(TOKEN, username="admin", password=PASSWORD, grant_type="password")
assert claims_of(token["access_token"], "codelab-api")["scope"] == "api:admin api:read api:write"
try:
    internal.fetch_token(TOKEN, username="admin", password="wrong", grant_type="password")
    raise SystemExit("a wrong password was taken")
except OAuthError as error:
    assert error.error == "invalid_grant", error
