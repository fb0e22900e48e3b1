"""Shared code of the boto3 tests: control API calls, the test's input from stdin, and errors as dictionaries."""
import json
import sys
import urllib.request

import botocore.exceptions

# {"url": ..., "roleArn": ..., "providerArn": ..., "trustPolicy": ..., "tokenFile": ..., and inputs of one test}
given = json.load(sys.stdin)


def control(method, path, body=None):
    """A control API call: returns the JSON, or None for an empty reply. Raises on any status except 2xx."""
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
    """Mints a GitHub Actions token, by default for octo-org/octo-repo on main."""
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
    raise AssertionError(f"the call succeeded: {answer}")
