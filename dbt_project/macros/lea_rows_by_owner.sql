{# Generated from expectations/extracts/*.yml by `make render`; do not edit. #}
{# Return the rows of the extracts that LEAs send, counted by load and by the LEA that they are of: of loads for which the condition is true. #}
{% macro lea_rows_by_owner(condition) %}
    select
        load_id,
        responsible_lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_assessment_result') }}
    where {{ condition }}
    group by load_id, responsible_lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_fund_balance') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_ledger') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_payroll') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_finance_transaction') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_material_adoption') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff_assignment') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_staff_vacancy') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_student_enrollment') }}
    where {{ condition }}
    group by load_id, lea_id
    union all
    select
        load_id,
        lea_id as owner_org_id,
        count(*) as row_count
    from {{ ref('stg_time_use') }}
    where {{ condition }}
    group by load_id, lea_id
{% endmacro %}
