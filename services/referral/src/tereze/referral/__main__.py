"""Decides which word starts what: ``migrate``, or the service itself; must never be imported."""

from tereze.chassis.service import run
from tereze.referral.app import build
from tereze.referral.settings import ReferralSettings

run(build, ReferralSettings)
