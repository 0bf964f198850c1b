{# Generated from expectations/extracts/*.yml by `make render`; do not edit. #}
{# Return the rows of the extracts that LEAs send, counted by load and by the LEA that they are of. #}
{% macro lea_rows_by_owner() %}
    select
        load_id,
        responsible_lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_assessment_result') }}
    group by load_id, responsible_lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_fund_balance') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_ledger') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_payroll') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_transaction') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_material_adoption') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff_assignment') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff_vacancy') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_student_enrollment') }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_time_use') }}
    group by load_id, lea_id
{% endmacro %}
