# Two images. `airflow` runs every Airflow process and `sealea migrate`; `sftp` is the OpenSSH server that senders reach.
# They share one number, that of the user who collects uploads: both see the same files.
ARG COLLECTOR_ID=10001

FROM python:3.11.16-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /opt/sealea
COPY requirements/uv.txt requirements/production.txt requirements/
RUN python -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes --requirement requirements/uv.txt \
    && /opt/uv/bin/uv venv --python /usr/local/bin/python3.11 /opt/venv \
    && /opt/uv/bin/uv pip sync --require-hashes --python /opt/venv/bin/python requirements/production.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY plugins plugins
RUN /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q plugins

FROM python:3.11.16-slim-bookworm AS airflow
ARG COLLECTOR_ID
ENV AIRFLOW_HOME=/opt/airflow HOME=/tmp PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# Airflow would write a configuration file with keys of its own if it found none. What is written to belongs to sealea; volumes take that over.
RUN groupadd --gid "$COLLECTOR_ID" sealea \
    && useradd --uid "$COLLECTOR_ID" --gid sealea --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sealea \
    && install -d /opt/airflow /var/lib/sealea/secrets /var/lib/sealea/sftp \
    && echo "# Airflow is configured by its environment." >/opt/airflow/airflow.cfg \
    && install -d -o sealea -g sealea -m 700 /var/lib/sealea/landing /var/lib/sealea/dbt /var/log/airflow
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /opt/sealea /opt/sealea
COPY dags /opt/sealea/dags
COPY dbt_project /opt/sealea/dbt_project
COPY expectations /opt/sealea/expectations
COPY --chmod=755 deploy/airflow/worker.sh /usr/local/bin/sealea-worker
WORKDIR /opt/sealea
USER $COLLECTOR_ID:$COLLECTOR_ID

FROM debian:bookworm-20261005-slim AS sftp
ARG COLLECTOR_ID
# The host key is made at the first start, not built in: an image has readers.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openssh-server \
    && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \
    && groupadd --gid "$COLLECTOR_ID" sealea \
    && useradd --uid "$COLLECTOR_ID" --gid sealea --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sealea \
    && install -d -m 755 /etc/sealea /var/lib/sealea /var/lib/sealea/sftp \
    && install -d -m 700 /etc/sealea/host_key
COPY deploy/sftp/sshd_config /etc/sealea/sshd_config
COPY --chmod=755 deploy/sftp/serve.sh /usr/local/bin/sealea-sftp
EXPOSE 2222
CMD ["sealea-sftp"]
