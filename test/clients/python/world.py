"""What the boto3 tests share: the control API of Rolecall, the request handed over on stdin, and how a refusal is held."""
import json
import sys
import urllib.request

import botocore.exceptions

# {"url": ..., "roleArn": ..., "providerArn": ..., "trustPolicy": ..., "tokenFile": ..., and what one test needs}
given = json.load(sys.stdin)


def control(method, path, body=None):
    """A control call: its JSON, or None for an empty answer. Raises on any status but 2xx."""
    request = urllib.request.Request(
        given["url"] + "/_rolecall" + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={} if body is None else {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def mint(**claims):
    """A token of GitHub Actions for octo-org/octo-repo on main, unless the claims say otherwise."""
    return control(
        "POST",
        "/tokens",
        {
            "issuer": "github-actions",
            "audience": "sts.amazonaws.com",
            "claims": {"repository": "octo-org/octo-repo", **claims},
        },
    )["token"]


def write_token(token):
    with open(given["tokenFile"], "w", encoding="ascii") as file:
        file.write(token)


def refusal(call):
    """Status, code and message of the ClientError that the call must raise."""
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        return {
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
        }
    raise AssertionError(f"not refused: {answer}")
