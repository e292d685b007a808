"""Decides which routes the directory answers; must never hold one itself."""

from fastapi import APIRouter

from tereze.directory.api import (
    agencies,
    attestations,
    catchments,
    enrolling,
    founding,
    investigations,
    rotas,
    staff,
    workforce,
)

router = APIRouter(tags=["directory"])
router.include_router(agencies.router)
router.include_router(founding.router)
router.include_router(staff.router)
router.include_router(enrolling.router)
router.include_router(attestations.router)
router.include_router(investigations.router)
router.include_router(rotas.router)
router.include_router(workforce.router)
router.include_router(catchments.router)
