"""Decides how a task changes hands, is disputed, taken back and owed again over HTTP; must never decide a rule of it."""

from fastapi import APIRouter, Response

from tereze.chassis.http import body, refuses
from tereze.contracts.cases import TaskView
from tereze.contracts.disputes import DecideDispute, DisputeTask
from tereze.contracts.tasks import (
    AcceptHandOver,
    ConfirmTask,
    EndHandOver,
    OfferHandOver,
    RedirectTask,
    ReopenTask,
    RerouteTask,
    VoidTask,
    WithdrawTask,
)
from tereze.referral.api.commanding import NOT_NOW, SpokenOfTask, known_agency
from tereze.referral.domain.casefile import CaseFile, Moment
from tereze.referral.domain.commands import NothingToConfirm, ResponsibleExcluded, confirm_task, withdraw_task
from tereze.referral.domain.disputes import MayNotHold, decide_dispute, dispute_task
from tereze.referral.domain.handover import (
    CannotHold,
    NobodyElse,
    NothingOffered,
    accept_hand_over,
    end_hand_over,
    offer_hand_over,
    redirect_task,
    reroute_task,
)
from tereze.referral.domain.reopening import DutyGoesOn, SecondPersonNeeded, reopen_task, void_task
from tereze.referral.domain.tasks import Actor, Task
from tereze.referral.naming import NobodyFit, NotYourStaff, person_for

router = APIRouter(tags=["tasks"])


@router.post("/v1/tasks/{task_id}/reroute", response_model=TaskView)
@refuses(*NOT_NOW, CannotHold, NobodyElse)
async def reroute(command: SpokenOfTask, rerouted: body[RerouteTask]) -> Response:
    """Give an unanswered task to another agency, as coordinator or operator. Its deadlines run on; the third hop goes up."""
    named = await known_agency(command.visit, rerouted.agency_id) if rerouted.agency_id else None

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        reroute_task(file, task, by, moment, reason=rerouted.reason, named=named)

    return await command.run("reroute_task", word, remark=("reroute_remark", rerouted.remark))


@router.post("/v1/tasks/{task_id}/redirect", response_model=TaskView)
@refuses(*NOT_NOW, CannotHold, NobodyElse)
async def redirect(command: SpokenOfTask, redirected: body[RedirectTask]) -> Response:
    """Name the right agency, as the holder's manager; it is accountable at once, by the same deadlines."""
    named = await known_agency(command.visit, redirected.agency_id)

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        redirect_task(file, task, by, moment, reason=redirected.reason, named=named)

    return await command.run("redirect_task", word, remark=("redirect_remark", redirected.remark))


@router.post("/v1/tasks/{task_id}/hand-over", response_model=TaskView)
@refuses(*NOT_NOW, CannotHold)
async def hand_over(command: SpokenOfTask, offered: body[OfferHandOver]) -> Response:
    """Ask another agency, as a manager, to take a task that is being worked on. You stay accountable until it accepts."""
    named = await known_agency(command.visit, offered.agency_id)

    def word(file: CaseFile, task: Task, by: Actor, _moment: Moment) -> None:
        offer_hand_over(file, task, by, named=named, reason=offered.reason)

    return await command.run("offer_hand_over", word, remark=("hand_over_remark", offered.remark))


@router.post("/v1/tasks/{task_id}/hand-over/accept", response_model=TaskView)
@refuses(*NOT_NOW, NothingOffered, NotYourStaff, NobodyFit, ResponsibleExcluded)
async def take_hand_over(command: SpokenOfTask, accepted: body[AcceptHandOver]) -> Response:
    """Take the task as it stands, as a manager of the agency it is offered to; every deadline runs on."""
    visit, named = command.visit, accepted.responsible_staff_id
    responsible = await person_for(visit.work, visit.caller, named, command.task_id)

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        accept_hand_over(file, task, by, responsible, moment)

    return await command.run("accept_hand_over", word)


@router.post("/v1/tasks/{task_id}/hand-over/end", response_model=TaskView)
@refuses(*NOT_NOW, NothingOffered)
async def no_hand_over(command: SpokenOfTask, ended: body[EndHandOver]) -> Response:
    """Refuse a hand-over that is offered to you, or take your own offer back. Nothing changes hands."""

    def word(file: CaseFile, task: Task, by: Actor, _moment: Moment) -> None:
        end_hand_over(file, task, by)

    return await command.run("end_hand_over", word, remark=("hand_over_remark", ended.remark))


@router.post("/v1/tasks/{task_id}/dispute", response_model=TaskView)
@refuses(*NOT_NOW, MayNotHold)
async def dispute(command: SpokenOfTask, disputed: body[DisputeTask]) -> Response:
    """Say that a refusal was wrong. Whoever took the task up meanwhile keeps it until it is decided."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        dispute_task(file, task, by, disputed.reason, moment)

    return await command.run("dispute_task", word, remark=("dispute_remark", disputed.remark))


@router.post("/v1/tasks/{task_id}/dispute/decide", response_model=TaskView)
@refuses(*NOT_NOW, MayNotHold)
async def rule_on_dispute(command: SpokenOfTask, decided: body[DecideDispute]) -> Response:
    """Decide a dispute, as the body whose level it is at: the refusal stands, or the agency has to take the task."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        decide_dispute(file, task, by, decided.finding, moment)

    return await command.run("decide_dispute", word, remark=("dispute_finding", decided.remark))


@router.post("/v1/tasks/{task_id}/confirm", response_model=TaskView)
@refuses(*NOT_NOW, NothingToConfirm)
async def confirm(command: SpokenOfTask, confirmed: body[ConfirmTask]) -> Response:
    """Confirm, as coordinator, the result of a task of high risk. Whoever does not, reopens it."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        confirm_task(file, task, by, moment)

    return await command.run("confirm_task", word, remark=("confirm_remark", confirmed.remark))


@router.post("/v1/tasks/{task_id}/withdraw", response_model=TaskView)
@refuses(*NOT_NOW)
async def withdraw(command: SpokenOfTask, withdrawn: body[WithdrawTask]) -> Response:
    """Say that a task is no longer needed, as a referrer's manager or coordinator; at critical risk the coordinator alone."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        withdraw_task(file, task, by, withdrawn.reason, moment)

    return await command.run("withdraw_task", word, remark=("withdraw_remark", withdrawn.remark))


@router.post("/v1/tasks/{task_id}/reopen", response_model=TaskView)
@refuses(*NOT_NOW, DutyGoesOn)
async def reopen(command: SpokenOfTask, reopened: body[ReopenTask]) -> Response:
    """Have an ended task owed again, as coordinator or Ombudsman. Time that was used is not given back."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        reopen_task(file, task, by, reopened.reason, moment)

    return await command.run("reopen_task", word, remark=("reopen_remark", reopened.remark))


@router.post("/v1/tasks/{task_id}/void", response_model=TaskView)
@refuses(*NOT_NOW, SecondPersonNeeded)
async def void(command: SpokenOfTask, voided: body[VoidTask]) -> Response:
    """Say that a task was entered in error: a coordinator proposes it, a second person makes it so. Its log stays."""

    def word(file: CaseFile, task: Task, by: Actor, moment: Moment) -> None:
        void_task(file, task, by, voided.reason, moment)

    return await command.run("void_task", word, remark=("void_remark", voided.remark))
