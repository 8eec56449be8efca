# The assistant with its browser. The home is mounted at /home/rflow/home.
FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends chromium make git fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home rflow
WORKDIR /srv/rflow
COPY requirements.lock requirements-voice.lock pyproject.toml ./
RUN python -m venv .venv \
 && .venv/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements.lock \
 && .venv/bin/pip install --quiet --no-cache-dir --require-hashes --only-binary :all: -r requirements-voice.lock
COPY --chown=rflow . .
RUN .venv/bin/pip install --quiet --no-deps --no-build-isolation -e .
USER rflow
ENV PATH=/srv/rflow/.venv/bin:$PATH RFLOW_HOME=/home/rflow/home RFLOW_HOST=0.0.0.0 RFLOW_BROWSER=headless
EXPOSE 8000
ENTRYPOINT ["sh", "scripts/container.sh"]
