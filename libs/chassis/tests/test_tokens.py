"""Decides that only a valid access token of our issuer proves anything, whatever else is tried."""

import asyncio
import base64
import hmac
import json
import time

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from tereze.chassis.auth import (
    Claims,
    IssuerKeys,
    IssuerUnreachable,
    TokenExpired,
    TokenRefused,
    TokenVerifier,
    UnknownKey,
)

ISSUER = "https://issuer.example"
AGENCY = "agc_" + "0" * 32
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
FOREIGN = ECKey.generate_key("P-256", {"kid": "k1"})
JWKS = "https://issuer.example/keys"


def claims(**changes):
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": "tereze", "sub": "s", "agency": AGENCY, "iat": now, "exp": now + 60, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def token(key=KEY, header=None, **changes):
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k1", **(header or {})}, claims(**changes), key)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Issuer:
    """An issuer's key address that counts how often it is asked and can fail in several ways."""

    def __init__(self, *keys):
        self.keys, self.asked, self.state = list(keys), 0, "up"
        self.gate, self.frozen = asyncio.Event(), asyncio.Event()

    async def __call__(self, _request):
        self.asked += 1
        if self.state == "frozen":
            self.frozen.set()
            await self.gate.wait()
        if self.state == "down":
            raise httpx.ConnectError("refused")
        if self.state == "odd":
            return httpx.Response(200, text="<html>")
        return httpx.Response(200, json={"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]})


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def issuer():
    return Issuer(KEY)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def keys(issuer, clock):
    client = httpx.AsyncClient(transport=httpx.MockTransport(issuer))
    found = IssuerKeys(JWKS, client=client, clock=clock, patience=0.05)
    yield found
    await found.close()


@pytest.fixture
def verifier(keys):
    return TokenVerifier(issuer=ISSUER, audience="tereze", keys=keys)


async def test_a_valid_token_tells_subject_and_agency(verifier):
    found = await verifier.verify(token())
    assert isinstance(found, Claims)
    assert (found.subject, found.agency_id) == ("s", AGENCY)


async def test_a_list_of_audiences_may_hold_ours(verifier):
    assert await verifier.verify(token(aud=["other", "tereze"]))


async def test_the_long_type_name_and_any_case_are_accepted(verifier):
    assert await verifier.verify(token(header={"typ": "application/AT+JWT"}))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (OKPKey.generate_key("Ed25519", {"kid": "k1"}), "Ed25519"),
        (RSAKey.generate_key(2048, {"kid": "k1"}), "RS256"),
    ],
)
async def test_the_other_listed_algorithms_work(key, algorithm, issuer, verifier):
    issuer.keys = [key]
    signed = jwt.encode({"alg": algorithm, "typ": "at+jwt", "kid": "k1"}, claims(), key, algorithms=[algorithm])
    assert await verifier.verify(signed)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_the_old_name_of_ed25519_works(issuer, verifier):
    key = OKPKey.generate_key("Ed25519", {"kid": "k1"})
    issuer.keys = [key]
    assert await verifier.verify(
        jwt.encode({"alg": "EdDSA", "typ": "at+jwt", "kid": "k1"}, claims(), key, algorithms=["EdDSA"])
    )


def tampered():
    head, _, signature = token().split(".")
    return ".".join((head, part(claims(sub="somebody-else")), signature))


def unsigned():
    return f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': 'k1'})}.{part(claims())}."


def signed_with_the_public_key_as_secret():
    text = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'k1'})}.{part(claims())}"
    signature = hmac.new(KEY.as_pem(private=False), text.encode(), "sha256").digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def bringing_its_own_key():
    return token(FOREIGN, header={"jwk": FOREIGN.as_dict(private=False)})


ATTACKS = {
    "tampered": tampered,
    "alg none": unsigned,
    "alg None in other letters": lambda: unsigned().replace(
        part({"alg": "none", "typ": "at+jwt", "kid": "k1"}), part({"alg": "nOnE", "typ": "at+jwt", "kid": "k1"})
    ),
    "public key as shared secret": signed_with_the_public_key_as_secret,
    "foreign key": lambda: token(FOREIGN),
    "jwk header": bringing_its_own_key,
    "jku header": lambda: token(header={"jku": "https://evil.example/keys"}),
    "id token": lambda: token(header={"typ": "JWT"}),
    "no type": lambda: jwt.encode({"alg": "ES256", "kid": "k1"}, claims(), KEY, default_type=None),
    "no key id": lambda: jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims(), KEY),
    "wrong issuer": lambda: token(iss="https://evil.example"),
    "issuer with a slash": lambda: token(iss=ISSUER + "/"),
    "wrong audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=None),
    "no subject": lambda: token(sub=None),
    "subject no text": lambda: token(sub=5),
    "no agency": lambda: token(agency=None),
    "agency no id": lambda: token(agency="agc_1; DROP TABLE"),
    "no expiry": lambda: token(exp=None),
    "expiry true": lambda: token(exp=True),
    "expiry far out": lambda: token(exp=10**15),
    "no issue time": lambda: token(iat=None),
    "issued tomorrow": lambda: token(iat=int(time.time()) + 86_400),
    "not yet valid": lambda: token(nbf=int(time.time()) + 3_600),
    "critical header": lambda: token(header={"crit": ["b64"], "b64": False}),
    "four parts": lambda: token() + ".x",
    "five parts": lambda: token() + ".x.y",
    "empty": lambda: "",
    "dots": lambda: "..",
    "garbage": lambda: "не токен",
    "overlong": lambda: token(sub="s" * 9_000),
    "payload no object": lambda: jws.serialize_compact({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, b"[1]", KEY),
    "payload no json": lambda: jws.serialize_compact({"alg": "ES256", "typ": "at+jwt", "kid": "k1"}, b"\xff\xfe", KEY),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_an_attack_is_refused(attack, verifier):
    with pytest.raises(TokenRefused) as refusal:
        await verifier.verify(ATTACKS[attack]())
    assert AGENCY not in str(refusal.value)


async def test_an_expired_token_says_so(verifier):
    assert await verifier.verify(token(exp=int(time.time()) - 5))
    with pytest.raises(TokenExpired):
        await verifier.verify(token(exp=int(time.time()) - 60))


async def test_a_token_seen_before_still_expires(keys):
    now = [time.time()]
    verifier = TokenVerifier(issuer=ISSUER, audience="tereze", keys=keys, clock=lambda: now[0])
    seen = token()
    assert await verifier.verify(seen)
    assert await verifier.verify(seen)
    now[0] += 120
    with pytest.raises(TokenExpired):
        await verifier.verify(seen)


async def test_a_token_seen_before_falls_with_its_key(verifier, issuer, clock):
    seen = token()
    assert await verifier.verify(seen)
    for substitute in (FOREIGN, ECKey.generate_key("P-256", {"kid": "k2"})):
        issuer.keys = [substitute]
        clock.seconds += 601
        with pytest.raises(TokenRefused):
            await verifier.verify(seen)


async def test_only_so_many_tokens_are_remembered(keys):
    verifier = TokenVerifier(issuer=ISSUER, audience="tereze", keys=keys)
    for number in range(2_060):
        await verifier.verify(token(sub=str(number)))
    assert len(verifier._opened) == 2_048


async def test_keys_are_asked_for_once_in_ten_minutes(keys, issuer, clock):
    for second in (0, 1, 599):
        clock.seconds = second
        assert await keys.find("k1")
    assert issuer.asked == 1
    clock.seconds = 601
    assert await keys.find("k1")
    assert issuer.asked == 2


async def test_a_withdrawn_key_is_not_believed_after_ten_minutes(keys, issuer, clock):
    await keys.find("k1")
    issuer.keys = [ECKey.generate_key("P-256", {"kid": "k2"})]
    clock.seconds = 601
    with pytest.raises(UnknownKey):
        await keys.find("k1")


@pytest.mark.parametrize("state", ["down", "odd", "frozen"])
async def test_known_keys_serve_on_for_an_hour_while_the_issuer_is_down_or_frozen(state, keys, issuer, clock):
    await keys.find("k1")
    issuer.state = state
    for minute in (11, 30, 69):
        clock.seconds = minute * 60
        assert await keys.find("k1")
    clock.seconds = 71 * 60
    with pytest.raises(IssuerUnreachable):
        await keys.find("k1")


async def test_only_one_waits_for_a_frozen_issuer(keys, issuer, clock):
    await keys.find("k1")
    issuer.state = "frozen"
    clock.seconds = 601
    waiting = asyncio.create_task(keys.find("k1"))
    await issuer.frozen.wait()
    assert await keys.find("k1")
    assert not waiting.done()
    assert await waiting


async def test_a_storm_of_unknown_keys_asks_once(keys, issuer, clock):
    await keys.find("k1")
    clock.seconds = 20
    storm = await asyncio.gather(*(keys.find(f"invented-{n}") for n in range(500)), return_exceptions=True)
    assert {type(outcome) for outcome in storm} == {UnknownKey}
    assert issuer.asked == 2
    assert await keys.find("k1")


async def test_a_new_key_is_found_as_soon_as_it_is_used(keys, issuer, clock):
    await keys.find("k1")
    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "k2"}))
    clock.seconds = 11
    assert await keys.find("k2")


async def test_without_any_key_the_issuer_is_unreachable(keys, issuer):
    issuer.state = "down"
    with pytest.raises(IssuerUnreachable):
        await keys.find("k1")


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_keys_that_sign_nothing_for_us_are_left_out(keys, issuer):
    class Entry:
        def __init__(self, **entry):
            self.entry = entry

        def as_dict(self, *, private):  # noqa: ARG002 - a key's own signature
            return self.entry

    weak = RSAKey.generate_key(1024, {"kid": "weak"})
    shared = JWKRegistry.generate_key("oct", 256, {"kid": "shared"}).as_dict(private=True)
    issuer.keys = [
        KEY,
        weak,
        Entry(**shared),
        Entry(kid="broken", kty="EC", crv="P-256", x="1", y="2"),
        Entry(kty="EC"),
    ]
    assert await keys.find("k1")
    for kid in ("weak", "shared", "broken"):
        with pytest.raises(UnknownKey):
            await keys.find(kid)


async def test_keys_may_lie_in_a_file(tmp_path):
    path = tmp_path / "keys with space.json"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    keys = IssuerKeys(path.as_uri())
    assert await keys.find("k1")
    await keys.close()
