-- The roles and databases of one installation, made where they are missing; run again after a password was changed.
-- For psql 15 or newer, as a superuser. The passwords come from psql's environment; one that is missing is an error.
\set ON_ERROR_STOP on
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv pipeline_password PIPELINE_PASSWORD
\getenv transform_password TRANSFORM_PASSWORD
\getenv bi_reader_password BI_READER_PASSWORD

select format('create role %I', role_name)
from (values ('airflow'), ('sealea_pipeline'), ('sealea_transform'), ('bi_reader')) as wanted (role_name)
where not exists (select from pg_catalog.pg_roles where rolname = role_name)
\gexec

alter role airflow login password :'airflow_password';
alter role sealea_pipeline login password :'pipeline_password';
alter role sealea_transform login password :'transform_password';
alter role bi_reader login password :'bi_reader_password';

select format('create database %I owner %I', database_name, owner_name)
from (values ('airflow', 'airflow'), ('warehouse', 'sealea_pipeline')) as wanted (database_name, owner_name)
where not exists (select from pg_catalog.pg_database where datname = database_name)
\gexec

revoke all on database airflow, warehouse, postgres, template1 from public;
grant connect, temporary on database airflow to airflow;
grant connect, temporary on database warehouse to sealea_pipeline, sealea_transform, bi_reader;
