"""Files in a GraphQL request: the GraphQL multipart request specification, version 2.

A form of another site may post this content type without asking the browser's permission, so a
header is required that no form can send. Files are streamed to disk, past the first MiB of each,
and belong to exactly one request. https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Scope
from typing_extensions import override

from app.errors import UploadInvalidError
from app.private import FormData, StarletteRequestAdapter
from app.uploads import BroughtVariables, Path, Upload

MAX_FILES = 10
MAX_FIELD = 1024 * 1024
"""Bytes of ``operations`` and of ``map``, which are held in memory."""

PREFLIGHT = ("graphql-preflight", "apollo-require-preflight", "x-requested-with")
_FIELDS = ("operations", "map")
_BAD_REQUEST = 400


def is_upload(scope: Scope) -> bool:
    """Whether a request brings files to the GraphQL endpoint."""
    if scope["type"] != "http" or scope["path"] != "/graphql":
        return False
    media_type = dict(scope["headers"]).get(b"content-type", b"")
    return bool(media_type.lower().startswith(b"multipart/form-data"))


class UploadingRequest(StarletteRequestAdapter):
    """A request whose form is read within limits."""

    @override
    async def get_form_data(self) -> FormData:
        """The fields and files of the form; nothing of it is read without a preflight header."""
        if not any(self.headers.get(name) for name in PREFLIGHT):
            raise UploadInvalidError(f"it needs one of the headers {', '.join(PREFLIGHT)}")
        return await _read_form(self._request)


async def _read_form(request: Request) -> FormData:
    try:
        form = await request.form(
            max_files=MAX_FILES, max_fields=len(_FIELDS), max_part_size=MAX_FIELD
        )
    except ClientDisconnect:
        raise UploadInvalidError("it ended before it was complete") from None
    except HTTPException as refused:
        if refused.status_code != _BAD_REQUEST:
            raise
        raise UploadInvalidError(refused.detail.rstrip(".")) from refused
    names = [name for name, _ in form.multi_items()]
    if doubled := next((one for one in names if names.count(one) > 1), None):
        raise UploadInvalidError(f"it has two parts named {doubled!r}")
    return FormData(
        files={name: one for name, one in form.items() if isinstance(one, UploadFile)},
        form={name: one for name, one in form.items() if isinstance(one, str)},
    )


def read_operations(form: FormData, parse: Callable[[str], object]) -> dict[str, Any]:
    """The operation, with every file where the map says it belongs."""
    operation, places = (_read_field(form.form, name, parse) for name in _FIELDS)
    if missing := next((name for name in places if name not in form.files), None):
        raise UploadInvalidError(f"map: there is no file {missing!r}")
    if unused := next((name for name in form.files if name not in places), None):
        raise UploadInvalidError(f"map: it does not say where the file {unused!r} belongs")
    variables = operation.get("variables")
    if not isinstance(variables, dict):
        raise UploadInvalidError("operations: its variables are no object")
    paths = [
        _place(variables, path, _upload(form.files[name]))
        for name, listed in places.items()
        for path in _listed(listed)
    ]
    return {**operation, "variables": BroughtVariables(variables, paths)}


def _read_field(
    fields: Mapping[str, object], name: str, parse: Callable[[str], object]
) -> dict[str, Any]:
    text = fields.get(name)
    if not isinstance(text, str):
        raise UploadInvalidError(f"it has no field {name!r}")
    read = parse(text)
    if isinstance(read, list) and name == "operations":
        raise UploadInvalidError("operations: one is taken at a time, not a list")
    if not isinstance(read, dict) or not read:
        raise UploadInvalidError(f"{name}: it is no object with anything in it")
    return read


def _listed(paths: object) -> list[str]:
    if not isinstance(paths, list) or not paths or not all(isinstance(one, str) for one in paths):
        raise UploadInvalidError("map: each file needs a list of paths")
    return paths


def _place(variables: dict[str, Any], path: str, file: Upload) -> Path:
    """Put the file where the operation has a null; where that is, among the variables."""
    first, *keys = path.split(".")
    if first != "variables" or not keys:
        raise UploadInvalidError(f"map: {path!r} is not in the variables")
    container: Any = variables
    for key in keys[:-1]:
        container = _inside(container, key, path)
    if _inside(container, keys[-1], path) is not None:
        raise UploadInvalidError(f"map: there is no null at {path!r}")
    container[int(keys[-1]) if isinstance(container, list) else keys[-1]] = file
    return tuple(keys)


def _inside(container: object, key: str, path: str) -> Any:  # noqa: ANN401  # any JSON
    if isinstance(container, dict) and key in container:
        return container[key]
    is_index = isinstance(container, list) and key.isascii() and key.isdecimal()
    if is_index and len(key) < len("10000") and int(key) < len(container):  # type: ignore[arg-type]  # a list
        return container[int(key)]  # type: ignore[index]  # a list
    raise UploadInvalidError(f"map: the operation has no {path!r}")


def _upload(file: UploadFile) -> Upload:
    return Upload(file.filename or "", file.size or 0, file.file)
