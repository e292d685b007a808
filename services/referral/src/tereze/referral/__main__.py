"""Decides which word starts what: ``load-centres``, or the service itself; must never be imported."""

import sys

from tereze.chassis.service import run
from tereze.referral import loading
from tereze.referral.app import build
from tereze.referral.settings import ReferralSettings

if sys.argv[1:2] == ["load-centres"]:
    sys.exit(loading.main(sys.argv[2:]))
run(build, ReferralSettings)
