# One image for the API, the consumer and the projector: contacts api | consume | project | serve.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN python -m venv /build && python -m venv --without-pip /app
COPY requirements requirements
RUN /build/bin/python -m pip install --quiet --require-hashes -r requirements/build.txt \
 && /build/bin/python -m pip --python /app/bin/python install --quiet --require-hashes -r requirements/run.txt
COPY docker docker
COPY ledger/__init__.py ledger/sqlite.py ledger/storage.py ledger/
RUN /build/bin/python docker/safe_sqlite.py /app
COPY . .
RUN /build/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /build/bin/python -m pip --python /app/bin/python install --quiet --no-deps /wheels/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin contacts \
 && install -d -o contacts -g contacts -m 700 /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 \
    CONTACTS_DATA=/data CONTACTS_HOST=0.0.0.0 CONTACTS_PORT=8080 CONTACTS_LOG_FORMAT=json
USER contacts
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["contacts"]
CMD ["serve"]
