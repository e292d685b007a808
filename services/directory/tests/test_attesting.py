"""Decides that one becomes fit by one's own signature and a superior's record, and stops being so at the very instant."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tereze.directory.loading import load_pack
from tereze.directory.pack import read_pack
from tereze.local.fixtures import PACK
from tereze.rig.inside import demo_staff

MONITOR = demo_staff()["ombudsman:monitor"].staff_id
WHERE = f"/v1/staff/{MONITOR}/attestations"
POLICY = {"kind": "policy", "edition": "kz-conduct/1", "evidence": "signed on paper 1"}
HANDBOOKS = {"kind": "handbooks", "edition": "kz-handbooks/1", "evidence": "signed on paper 2"}
TRAINING = {"kind": "training", "discipline": "child-rights", "grade": 1, "evidence": "CERT-2026-1"}
VETTING = {"kind": "vetting", "evidence": "file 12"}


async def attest(office, who, words, key):
    async with office.caller(who) as caller:
        return await caller.post(WHERE, json=words, headers={"Idempotency-Key": key})


async def become_fit(office, **vetting):
    for number, words in enumerate((POLICY, HANDBOOKS)):
        assert (await attest(office, "ombudsman:monitor", words, f"own-{number}")).status_code == 201
    assert (await attest(office, "ombudsman:head", TRAINING, "training")).status_code == 201
    answer = await attest(office, "ombudsman:head", {**VETTING, **vetting}, "vetting")
    assert answer.status_code == 201, answer.text
    await office.heard()
    return answer.json()


async def test_a_new_monitor_may_read_what_is_missing_and_sign_and_nothing_else(office):
    async with office.caller("ombudsman:monitor") as monitor:
        me = (await monitor.get("/v1/staff/me")).json()
        assert (await monitor.get(f"/v1/staff/{MONITOR}/attestation")).json() == me
        for path in ("/v1/staff", "/v1/agencies", f"/v1/staff/{demo_staff()['ombudsman:head'].staff_id}/attestation"):
            refused = await monitor.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "not-attested")
    assert me["fit"] is False
    missing = ["policy", "handbooks", "vetting", "training-child-rights"]
    assert me["unmet"] == [item["code"] for item in me["requirements"]] == missing
    assert all(item["mend"]["kk"] and item["mend"]["ru"] and item["mend"]["en"] for item in me["requirements"])


async def test_signed_trained_and_vetted_one_may_act(office):
    view = await become_fit(office)
    assert (view["fit"], [item["met"] for item in view["requirements"]]) == (True, [True] * 4)
    assert view["unmet"] == ["policy"], "a year, which ends before the others"
    async with office.caller("ombudsman:monitor") as monitor:
        assert (await monitor.get("/v1/staff")).status_code == 200


@pytest.mark.parametrize("words", [TRAINING, VETTING])
async def test_nobody_trains_or_vets_themselves(office, words):
    async with office.caller("ombudsman:head") as head:
        own = demo_staff()["ombudsman:head"].staff_id
        answer = await head.post(f"/v1/staff/{own}/attestations", json=words, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await attest(office, "ombudsman:monitor", words, "k")).json()["code"] == "not-attested"


@pytest.mark.parametrize(
    ("who", "status"),
    [("ombudsman:head", 403), ("ombudsman:member", 404), ("almaty-police:head", 404), ("ministry:operator", 403)],
)
async def test_nobody_signs_for_another(office, who, status):
    assert (await attest(office, who, POLICY, "k")).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("ombudsman:manager", 201), ("ministry:operator", 201), ("ombudsman:member", 404), ("almaty-police:head", 404)],
)
async def test_superiors_and_operators_record(office, who, status):
    assert (await attest(office, who, VETTING, "k")).status_code == status


async def test_the_body_above_vets_a_head(office):
    head = demo_staff()["almaty-school-1:head"].staff_id
    async with office.caller("almaty-department:head") as above, office.caller("almaty-clinic-1:head") as beside:
        path, key = f"/v1/staff/{head}/attestations", {"Idempotency-Key": "k"}
        assert (await above.post(path, json=VETTING, headers=key)).status_code == 201
        assert (await beside.post(path, json=VETTING, headers=key)).status_code == 404


async def test_the_same_key_attests_once(office):
    first, again = [await attest(office, "ombudsman:head", VETTING, "same") for _ in range(2)]
    assert first.json() == again.json()
    assert len(again.json()["attestations"]) == 1


async def test_a_lapse_is_told_at_its_instant_and_a_renewal_restores_access(office):
    until = datetime.now(UTC) + timedelta(days=5)
    await become_fit(office, valid_until=until.isoformat())
    async with office.caller("ombudsman:monitor") as monitor:
        assert (await monitor.get("/v1/staff")).status_code == 200
        await office.move_clock("5 days")
        assert (await monitor.get("/v1/staff")).json()["errors"][0]["code"] == "vetting", "before anybody told it"
        await office.fire_everything()
        [news] = await office.heard()
        assert (news.key_id, news.staff.fit_from, news.staff.unmet) == (MONITOR, None, ("vetting",))
        await attest(office, "ombudsman:head", VETTING, "renewed")
        await office.heard()
        assert (await monitor.get("/v1/staff")).status_code == 200


async def test_what_is_revoked_counts_no_more(office):
    view = await become_fit(office)
    vetting = next(one for one in view["attestations"] if one["kind"] == "vetting")
    path = f"{WHERE}/{vetting['attestation_id']}/revoke"
    async with office.caller("ombudsman:head") as head:
        assert (await head.post(path)).status_code == 428
        stale = await head.post(path, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["current_version"]) == (412, view["version"])
        revoked = await head.post(path, headers={"If-Match": f'"{view["version"]}"'})
        assert (revoked.status_code, revoked.json()["fit"], revoked.json()["unmet"]) == (200, False, ["vetting"])
        again = await head.post(path, headers={"If-Match": f'"{revoked.json()["version"]}"'})
        assert again.status_code == 404
    await office.heard()
    async with office.caller("ombudsman:monitor") as monitor:
        assert (await monitor.get("/v1/staff")).json()["code"] == "not-attested"


async def test_each_act_is_written_down_with_the_policy_that_allowed_it(office):
    await become_fit(office)
    rows = await office.rows("SELECT what, policy_id FROM act WHERE subject_id = $1 ORDER BY act_id", MONITOR)
    assert [(row["what"], row["policy_id"]) for row in rows] == [
        ("attested:policy", "one-signs-for-oneself"),
        ("attested:handbooks", "one-signs-for-oneself"),
        ("attested:training", "superiors-attest"),
        ("attested:vetting", "superiors-attest"),
    ]


async def test_a_stricter_rule_in_a_new_pack_makes_everybody_unfit_it_asks(office):
    pack = read_pack(PACK, today=date(2026, 11, 21), demo=True)
    [policy, *others] = pack.rules.requirements
    newer = policy.model_copy(update={"edition": "kz-conduct/2"})
    rules = pack.rules.model_copy(update={"version": "kz-attestation/2", "requirements": (newer, *others)})
    async with office.directory.runtime.database.work() as work:
        await load_pack(work, type(pack)(**{name: getattr(pack, name) for name in pack.__slots__} | {"rules": rules}))
    unfit = [event.staff for event in await office.heard()]
    assert {"policy"} == {
        code for record in unfit for code in record.unmet if record.subject != "demo:ombudsman:monitor"
    }
    assert not any("system" in record.roles for record in unfit)
    assert len(unfit) > 700
