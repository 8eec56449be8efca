"""Pictures of what is offered: photographed logged out when a page first shows them, and kept."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, Response

from app.web.api.doors import Assistant, TaskId

KEEP = {"cache-control": "private, max-age=86400"}
BLANK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 170" preserveAspectRatio="xMidYMid slice">
<rect width="320" height="170" fill="hsl({hue} 32% 78%)"/><circle cx="250" cy="52" r="20" fill="hsl({hue} 60% 92%)"/>
<path d="M0 128q60-44 120-14t110-8 90 10v54H0z" fill="hsl({hue} 28% 58%)"/>
<path d="M0 148q80-28 170-8t150-6v36H0z" fill="hsl({hue} 30% 42%)"/></svg>"""

pictures = APIRouter(include_in_schema=False)


@pictures.get("/pictures/{task}/{name}")
async def picture(
    task: TaskId, name: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")], assistant: Assistant
) -> Response:
    """The picture of an option of a task's decision; a quiet landscape where its page shows none."""
    kept = await assistant.picture(task, name)
    if kept is None:
        hue = int(hashlib.sha256(name.encode()).hexdigest()[:4], 16) % 360
        return Response(BLANK.format(hue=hue), media_type="image/svg+xml")
    return FileResponse(kept, media_type="image/jpeg", headers=KEEP)
