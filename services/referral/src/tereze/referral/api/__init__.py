"""Decides which routes the referral service answers; must never hold one itself."""

from fastapi import APIRouter

from tereze.referral.api import (
    caseload,
    cases,
    casework,
    centres,
    commission,
    eligibility,
    emergencies,
    exclusions,
    passing,
    placements,
    plans,
    protocols,
    tasks,
    taskwork,
)

router = APIRouter()
router.include_router(cases.router)
router.include_router(casework.router)
router.include_router(exclusions.router)
router.include_router(emergencies.router)
router.include_router(tasks.router)
router.include_router(taskwork.router)
router.include_router(passing.router)
router.include_router(protocols.router)
router.include_router(centres.router)
router.include_router(commission.router)
router.include_router(placements.router)
router.include_router(caseload.router)
router.include_router(plans.router)
router.include_router(eligibility.router)
