"""Decides what is told and answered about who is fit to act: what a role requires, what was signed, passed and vetted."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from tereze.contracts.directory import LocalName, Standing
from tereze.contracts.ids import AgencyId, AttestationId, StaffId
from tereze.contracts.labels import OPERATIONAL, STAFF, Contract
from tereze.contracts.words import AgencyKind, StaffRole

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Edition = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}/[0-9]{1,6}$")]
Evidence = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"\S")]


class AttestationKind(StrEnum):
    """What somebody attests, or is attested of."""

    POLICY = "policy"
    HANDBOOKS = "handbooks"
    TRAINING = "training"
    VETTING = "vetting"


class EarlierEdition(Contract):
    """An edition that still counts for a while after a new one came out."""

    edition: Annotated[Edition, OPERATIONAL]
    until: Annotated[AwareDatetime, OPERATIONAL]


class Requirement(Contract):
    """What certain roles, at certain kinds of agency (none named: at all), must hold before they may act."""

    code: Annotated[Code, OPERATIONAL]
    kind: Annotated[AttestationKind, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    mend: Annotated[LocalName, OPERATIONAL, Field(description="How one comes to meet it")]
    roles: Annotated[tuple[StaffRole, ...], OPERATIONAL]
    agency_kinds: Annotated[tuple[AgencyKind, ...], OPERATIONAL] = ()
    edition: Annotated[Edition | None, OPERATIONAL, Field(description="Of a policy or of handbooks")] = None
    earlier: Annotated[tuple[EarlierEdition, ...], OPERATIONAL] = ()
    discipline: Annotated[Code | None, OPERATIONAL, Field(description="Of a training")] = None
    grade: Annotated[int | None, OPERATIONAL, Field(ge=1, le=9, description="Of a training: this one or a higher")] = (
        None
    )
    valid_days: Annotated[int, OPERATIONAL, Field(ge=1, le=3_660)]
    source: Annotated[str, OPERATIONAL]


class AttestationRules(Contract):
    """What a country requires of those who act; a version of the pack's ``attestation.yaml``."""

    version: Annotated[str, OPERATIONAL]
    requirements: Annotated[tuple[Requirement, ...], OPERATIONAL]


class RecordAttestation(Contract):
    """Body of ``POST /v1/staff/{id}/attestations``: one's own signature, or a colleague's training or vetting."""

    kind: Annotated[AttestationKind, OPERATIONAL]
    edition: Annotated[
        Edition | None, OPERATIONAL, Field(description="Of what was signed or read; for a policy and handbooks")
    ] = None
    discipline: Annotated[Code | None, OPERATIONAL, Field(description="For a training")] = None
    grade: Annotated[int | None, OPERATIONAL, Field(ge=1, le=9, description="For a training")] = None
    evidence: Annotated[
        Evidence, STAFF, Field(description="Where the paper is: number of a certificate, a file, a signature", examples=["CERT-2026-118"])
    ]  # fmt: skip
    valid_from: Annotated[AwareDatetime | None, OPERATIONAL, Field(description="Left out: from now on")] = None
    valid_until: Annotated[
        AwareDatetime | None, OPERATIONAL, Field(description="Left out: as long as the country's rules allow, never longer")
    ] = None  # fmt: skip


class Attestation(RecordAttestation):
    """Something attested, as recorded; it is revoked, never erased."""

    attestation_id: Annotated[AttestationId, OPERATIONAL]
    recorded_by: Annotated[StaffId | None, STAFF, Field(description="Absent: loaded with the demo")] = None
    recorded_at: Annotated[AwareDatetime, OPERATIONAL]
    revoked_at: Annotated[AwareDatetime | None, OPERATIONAL] = None


class RequirementStanding(Contract):
    """One requirement, and how somebody stands on it."""

    code: Annotated[Code, OPERATIONAL]
    kind: Annotated[AttestationKind, OPERATIONAL]
    title: Annotated[LocalName, OPERATIONAL]
    mend: Annotated[LocalName, OPERATIONAL]
    edition: Annotated[Edition | None, OPERATIONAL] = None
    discipline: Annotated[Code | None, OPERATIONAL] = None
    grade: Annotated[int | None, OPERATIONAL] = None
    met: Annotated[bool, STAFF]
    until: Annotated[AwareDatetime | None, STAFF, Field(description="When it lapses; absent while it is not met")] = (
        None
    )


class AttestationView(Standing):
    """Answer of ``GET /v1/staff/{id}/attestation``: whether somebody is fit to act, what is missing and how to mend it."""

    staff_id: Annotated[StaffId, OPERATIONAL]
    agency_id: Annotated[AgencyId, OPERATIONAL]
    subject: Annotated[str, STAFF]
    display_name: Annotated[str, STAFF]
    roles: Annotated[tuple[StaffRole, ...], OPERATIONAL]
    version: Annotated[int, OPERATIONAL, Field(description="Send it back as If-Match")]
    rules: Annotated[str, OPERATIONAL, Field(description="Version of the country's rules", examples=["kz-attestation/1"])]  # fmt: skip
    fit: Annotated[bool, STAFF]
    active: Annotated[bool, OPERATIONAL]
    requirements: Annotated[tuple[RequirementStanding, ...], OPERATIONAL]
    attestations: Annotated[tuple[Attestation, ...], STAFF] = ()
