"""The API's description: what every address shares."""

from typing import Any, cast

from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.api.fields import Answer


class Refusal(Answer):
    """What every error looks like."""

    code = serializers.CharField(help_text="For programs: stays the same.")
    message = serializers.CharField(help_text="For people.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the contract's name, which DRF uses for itself
        child=serializers.CharField(), required=False, help_text="Each refused field with its rule."
    )


REFUSED = Refusal
_WORDS = {
    400: "A field breaks a rule; `fields` names both.",
    401: "Nobody is signed in, or the token is not known.",
    403: "You are in this campaign, but your role there does not allow it.",
    404: "Not there, or not yours.",
    409: "Not possible in the state that the thing is in.",
}


def refusals(*statuses: int) -> dict[int, OpenApiResponse]:
    """Responses for these statuses."""
    return {status: OpenApiResponse(REFUSED, description=_WORDS[status]) for status in statuses}


def with_refusals(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """What any address may answer, added where its view does not say it."""
    for path, methods in result["paths"].items():
        for operation in methods.values():
            where = {parameter["in"] for parameter in operation.get("parameters", ())}
            is_list = any(parameter["name"] == "page" for parameter in operation.get("parameters", ()))
            expected = {400: "query" in where, 401: True, 403: "{slug}" in path, 404: "{" in path or is_list}
            for status, may_come in expected.items():
                if may_come:
                    operation["responses"].setdefault(str(status), _refusal(status))
    return result


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"content": {"application/json": {"schema": schema}}, "description": _WORDS[status]}


def either(name: str, *shapes: type[serializers.Serializer]) -> PolymorphicProxySerializer:
    """One of these shapes, by what the item is of: a solution, or a candidate tree."""
    return PolymorphicProxySerializer(component_name=name, serializers=list(shapes), resource_type_field_name=None)


class SchemaView(SpectacularAPIView):
    """JSON, or YAML for who asks for it."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]
    content_negotiation_class = DefaultContentNegotiation

    @extend_schema(parameters=[], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The description, in the language that the request prefers."""
        return cast(Response, super().get(request, *args, **kwargs))
