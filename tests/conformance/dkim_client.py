"""Signs, seals and verifies as others do: dkimpy. Reads one JSON request, writes one JSON answer."""
import base64
import json
import sys

import dkim

request = json.load(sys.stdin)
message = base64.b64decode(request["message"])
records = {name.lower(): text for name, text in request.get("records", {}).items()}


def dns(name, timeout=5):
    name = (name if isinstance(name, str) else name.decode()).rstrip(".").lower()
    return records[name].encode() if name in records else None


def field(signature):
    return base64.b64encode(signature if isinstance(signature, bytes) else b"".join(signature)).decode()


action = request["action"]
if action == "verify":
    verifier = dkim.DKIM(message)
    count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
    answer = []
    for index in range(count):
        try:
            answer.append(dkim.DKIM(message).verify(idx=index, dnsfunc=dns))
        except dkim.DKIMException as error:
            answer.append(str(error))
elif action == "sign":
    key = request["key"].encode()
    canonicalize = tuple(part.encode() for part in request["canonicalization"])
    answer = field(
        dkim.sign(
            message,
            request["selector"].encode(),
            request["domain"].encode(),
            key,
            canonicalize=canonicalize,
            signature_algorithm=request["algorithm"].encode(),
        )
    )
elif action == "arc-verify":
    cv, results, reason = dkim.arc_verify(message, dnsfunc=dns)
    answer = [cv.decode(), reason]
elif action == "arc-sign":
    answer = field(
        dkim.arc_sign(
            message,
            request["selector"].encode(),
            request["domain"].encode(),
            request["key"].encode(),
            request["host"].encode(),
        )
    )
else:
    raise SystemExit("unknown action")
print(json.dumps(answer))
