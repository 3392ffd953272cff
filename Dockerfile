# The app alone: PostgreSQL and Redis are in docker-compose.yml, Asterisk is yours.
FROM debian:12-slim AS wheel

RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv
WORKDIR /opt/segue
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir uv
COPY scripts scripts
COPY frontend frontend
RUN scripts/frontend
COPY . .
RUN .venv/bin/pip wheel --no-cache-dir --no-deps --wheel-dir dist .

FROM debian:12-slim

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends python3 python3-venv espeak-ng libespeak1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /srv/segue segue

WORKDIR /opt/segue
ENV PATH=/opt/segue/.venv/bin:$PATH
COPY requirements/run.txt requirements/run.txt
RUN python3 -m venv .venv && pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY --from=wheel /opt/segue/dist dist
RUN pip install --no-cache-dir --no-deps dist/*.whl

USER segue
ENV IVR_DATA_DIR=/srv/segue IVR_HOST=0.0.0.0
EXPOSE 8080
VOLUME /srv/segue
# Not urllib: it would ask the proxy that Docker hands to containers, where there is one.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-c", \
    "import http.client as h, os, sys; \
     c = h.HTTPConnection('127.0.0.1', int(os.environ.get('IVR_PORT') or 8080), timeout=2); \
     c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["sh", "-c", "segue migrate && exec segue serve"]
