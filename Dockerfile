# The service with GraphiQL built in; the last stage holds what runs and nothing else.

FROM node:22-bookworm-slim AS graphiql
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY app/__init__.py app/
COPY app/web/__init__.py app/web/
COPY app/web/graphiql app/web/graphiql
RUN python3 -m app.web.graphiql.assets

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Everything that is locked becomes a wheel, checked by its hash; of these wheels only those are
# installed that the service itself asks for, so the tools for development stay behind.
COPY requirements.lock .
RUN python -m pip wheel --quiet --require-hashes --requirement requirements.lock --wheel-dir /wheels
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY graphql_schema graphql_schema
COPY migrations migrations
COPY --from=graphiql /src/app/web/graphiql app/web/graphiql
RUN python -m pip wheel --quiet --no-deps --no-index --find-links /wheels --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/profilegraph \
    && python -m pip --python /opt/profilegraph/bin/python install --quiet \
       --no-index --find-links /wheels profilegraph \
    && /opt/profilegraph/bin/python -m compileall -q /opt/profilegraph/lib

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin profilegraph
COPY --from=build /opt/profilegraph /opt/profilegraph
# Inside a container loopback reaches nobody; publish the port to loopback of the host instead.
ENV PATH=/opt/profilegraph/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
CMD ["profilegraph", "serve"]
