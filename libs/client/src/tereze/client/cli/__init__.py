"""The tereze command; decides which nouns and verbs there are, and must never do their work itself."""

import stamina
import typer

from tereze.client.cli import (
    agency,
    case,
    commission,
    duty,
    eligibility,
    emergency,
    enrolling,
    exclusion,
    family,
    identity,
    identity_review,
    listen,
    login,
    oversight,
    person,
    placement,
    plan,
    refer,
    staff,
    subscriptions,
    task,
    taskwork,
    workforce,
)

app = typer.Typer(
    name="tereze",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The single window for child protection. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 unreachable.",
)
for part in (login, refer, case, task, placement, oversight, duty, workforce, subscriptions, listen):
    app.add_typer(part.app)
app.add_typer(refer.referral_app, name="referral")
app.add_typer(exclusion.case_app, name="case")
app.add_typer(emergency.case_app, name="case")
app.add_typer(person.person_app, name="person")
app.add_typer(identity.person_app, name="person")
app.add_typer(family.family_app, name="family")
app.add_typer(family.roll_app, name="roll")
app.add_typer(identity_review.review_app, name="identity-review")
app.add_typer(taskwork.task_app, name="task")
app.add_typer(placement.placement_app, name="placement")
app.add_typer(commission.commission_app, name="commission")
app.add_typer(plan.plan_app, name="plan")
app.add_typer(eligibility.eligibility_app, name="eligibility")
app.add_typer(subscriptions.subscription_app, name="subscription")
app.add_typer(duty.duty_app, name="duty")
app.add_typer(agency.agency_app, name="agency")
app.add_typer(staff.staff_app, name="staff")
app.add_typer(enrolling.staff_app, name="staff")
app.add_typer(workforce.rota_app, name="rota")
app.add_typer(workforce.post_app, name="post")
app.add_typer(staff.attest_app, name="attest")
app.add_typer(staff.investigation_app, name="investigation")


def main() -> None:
    """Run the command."""
    stamina.instrumentation.set_on_retry_hooks([])  # a retry is no news for a person, and stdout is for data
    app(prog_name="tereze")
