"""Decides what an identifier looks like on the wire: a prefix that tells the noun, and a UUIDv7; must never mint one."""

from typing import Annotated

from pydantic import StringConstraints


def _id(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[0-9a-f]{{32}}$")


ReferralId = Annotated[str, _id("ref")]
PersonId = Annotated[str, _id("per")]
CaseId = Annotated[str, _id("cas")]
TaskId = Annotated[str, _id("tsk")]
ClockId = Annotated[str, _id("clk")]
AgencyId = Annotated[str, _id("agc")]
StaffId = Annotated[str, _id("stf")]
RecordId = Annotated[str, StringConstraints(pattern=r"^(ref|rec)_[0-9a-f]{32}$")]
ReviewId = Annotated[str, _id("rvw")]
EdgeId = Annotated[str, _id("edg")]
EntryId = Annotated[str, _id("ent")]
ActId = Annotated[str, _id("act")]
RollId = Annotated[str, _id("rol")]
MergeId = Annotated[str, _id("mrg")]
AttestationId = Annotated[str, _id("att")]
ShiftId = Annotated[str, _id("shf")]
PostId = Annotated[str, _id("pst")]
CatchmentId = Annotated[str, _id("cmt")]
InvestigationId = Annotated[str, _id("inv")]
EventId = Annotated[str, _id("evt")]
SubscriptionId = Annotated[str, _id("sub")]
DeliveryId = Annotated[str, _id("dlv")]
ExclusionId = Annotated[str, _id("exc")]
EmergencyAccessId = Annotated[str, _id("emg")]
DisclosureId = Annotated[str, _id("dsc")]
CentreId = Annotated[str, _id("ctr")]
PlacementId = Annotated[str, _id("plc")]
DutyId = Annotated[str, _id("dty")]
SittingId = Annotated[str, _id("sit")]
FamilyPlanId = Annotated[str, _id("fpl")]
ServiceRequestId = Annotated[str, _id("srq")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9A-Z]{1,3}$")]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9A-Z]{1,3}-[a-z0-9-]{1,40}$")]
