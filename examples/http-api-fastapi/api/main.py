"""Notes of a tenant: the authorizer has proven who calls, and the event's context says so."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request
from mangum import Mangum
from pydantic import BaseModel, Field

app = FastAPI()


class Caller(BaseModel):
    """Who calls."""

    tenant: str = Field(alias="tenantId")
    kind: str = Field(alias="callerKind")
    scopes: str


def caller_of(request: Request) -> Caller:
    """Reads what the authorizer has proven. Without it there is no answer but an error."""
    return Caller.model_validate(request.scope["aws.event"]["requestContext"]["authorizer"]["lambda"])


@app.get("/notes")
def notes(caller: Annotated[Caller, Depends(caller_of)]) -> dict[str, str | list[str]]:
    return {"tenant": caller.tenant, "kind": caller.kind, "scopes": caller.scopes.split()}


handler = Mangum(app, lifespan="off")
