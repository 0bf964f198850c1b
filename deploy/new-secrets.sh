#!/bin/sh
# Write the secrets of a new installation to a new file: deploy/new-secrets.sh .env. None needs quoting in an address.
# An existing file is not touched: with other PSEUDONYM_ keys persons already loaded would no longer be recognised.
set -euC
umask 077
exec >"$1"

hex() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

for name in POSTGRES_PASSWORD AIRFLOW_DB_PASSWORD PIPELINE_PASSWORD TRANSFORM_PASSWORD BI_READER_PASSWORD REDIS_PASSWORD; do
    echo "$name=$(hex 24)"
done
echo "AIRFLOW_FERNET_KEY=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
echo "AIRFLOW_API_SECRET_KEY=$(hex 64)"
echo "AIRFLOW_JWT_SECRET=$(hex 64)"
echo "PSEUDONYM_STUDENT_KEY=$(hex 32)"
echo "PSEUDONYM_STAFF_KEY=$(hex 32)"
