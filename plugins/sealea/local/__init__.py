"""The services of one machine: PostgreSQL, an SFTP server and Airflow, started and stopped without Docker."""
