#!/bin/sh
# Start a Celery worker. sealea reads the pseudonym keys from files; here they are kept in memory (a tmpfs), out of the
# environment that tasks inherit.
set -eu
umask 077
printf %s "$PSEUDONYM_STUDENT_KEY" >"$SEALEA_STATE_DIR/secrets/pseudonym_student.key"
printf %s "$PSEUDONYM_STAFF_KEY" >"$SEALEA_STATE_DIR/secrets/pseudonym_staff.key"
unset PSEUDONYM_STUDENT_KEY PSEUDONYM_STAFF_KEY
umask 022
exec airflow celery worker --skip-serve-logs
