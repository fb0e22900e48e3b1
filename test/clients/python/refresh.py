"""boto3: refreshes from the web identity token file in its environment, and reads the file each time."""
import boto3
from support import control, mint, refusal, write_token

# Rolecall's clock was moved back: by boto3's own clock, new credentials expire in four minutes.
write_token(mint())
session = boto3.Session()
sts = session.client("sts")


def key_in_use():
    arn = sts.get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::000000000000:assumed-role/deploy/refreshed", arn
    return session.get_credentials().access_key


assert key_in_use() != key_in_use(), "nearly expired: every call requests new credentials"

control("DELETE", "/clock")
answer = refusal(sts.get_caller_identity)
assert answer["code"] == "ExpiredTokenException", answer

write_token(mint(ref="refs/heads/next"))
assert key_in_use() == key_in_use(), "one hour left: boto3 reuses the key"
