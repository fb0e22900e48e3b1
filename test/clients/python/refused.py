"""boto3: a denied web identity receives AWS's code, status and message, and no credentials."""
import boto3
from support import given, refusal

answer = refusal(
    lambda: boto3.client("sts").assume_role_with_web_identity(
        RoleArn=given["roleArn"], RoleSessionName="session", WebIdentityToken=given["token"]
    )
)
expected = {name: given[name] for name in ("status", "code", "message")}
assert answer == expected, f"{answer} instead of {expected}"
