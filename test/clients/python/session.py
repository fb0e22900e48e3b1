"""boto3: a damaged or expired session is rejected with AWS's errors."""
import boto3
from support import control, given, mint, refusal

keys = boto3.client("sts").assume_role_with_web_identity(
    RoleArn=given["roleArn"], RoleSessionName="session", WebIdentityToken=mint()
)["Credentials"]


def caller(key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], token=keys["SessionToken"]):
    return boto3.client(
        "sts", aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
    ).get_caller_identity()


unknown = {
    "status": 403,
    "code": "InvalidClientTokenId",
    "message": "The security token included in the request is invalid.",
}
mismatch = {
    "status": 403,
    "code": "SignatureDoesNotMatch",
    "message": "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
}
expired = {
    "status": 403,
    "code": "ExpiredToken",
    "message": "The security token included in the request is expired",
}

assert caller()["Arn"].endswith(":assumed-role/deploy/session")
for damaged, answer in [
    (lambda: caller(token=None), unknown),
    (lambda: caller(key="ASIAIOSFODNN7EXAMPLE"), unknown),
    (lambda: caller(token=keys["SessionToken"][:-8] + "AAAAAAA="), unknown),
    (lambda: caller(secret="wrong"), mismatch),
]:
    assert refusal(damaged) == answer, refusal(damaged)

control("PUT", "/clock", {"advance": "PT59M"})
assert caller()["Arn"].endswith(":assumed-role/deploy/session")
control("PUT", "/clock", {"advance": "PT2M"})
assert refusal(caller) == expired, refusal(caller)
