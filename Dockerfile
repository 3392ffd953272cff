# The app alone: PostgreSQL and Redis are in docker-compose.yml, Asterisk is yours.
FROM debian:12-slim AS studio

RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv
WORKDIR /opt/segue
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir uv
COPY scripts scripts
COPY frontend frontend
RUN scripts/frontend

FROM debian:12-slim

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends python3 python3-venv espeak-ng libespeak1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /srv/segue segue

WORKDIR /opt/segue
COPY requirements/run.txt requirements/run.txt
RUN python3 -m venv .venv && .venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY . .
COPY --from=studio /opt/segue/ivr/web/static/studio ivr/web/static/studio
RUN .venv/bin/pip install --no-cache-dir --no-deps .

USER segue
ENV IVR_DATA_DIR=/srv/segue IVR_HOST=0.0.0.0
EXPOSE 8080
VOLUME /srv/segue
HEALTHCHECK --interval=10s --timeout=3s CMD [".venv/bin/python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["sh", "-c", ".venv/bin/segue migrate && exec .venv/bin/segue serve"]
