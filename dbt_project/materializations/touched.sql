{# Return the organisations whose rows have to be made again for any of the extracts (no extracts: whatever it is), or none for all. #}
{# `reading`: those too whose rows are read, because they share persons with these. Unless `totals`, no regions and no state. #}
{% macro touched_orgs(extracts, reading=false, totals=true) %}
    {%- if not execute or not builds_by_touch() -%}{{ return(none) }}{%- endif -%}
    {%- set query -%}
        select distinct org_id from ops.touched
        where
            {{ "extract in ('*', '" ~ extracts | join("', '") ~ "')" if extracts else 'true' }}
            and {{ 'true' if reading else 'not is_read_only' }}
            and {{ 'true' if totals else 'org_id not in (' ~ total_orgs() ~ ')' }}
        order by org_id
    {%- endset -%}
    {%- set orgs = run_query(query).columns[0].values() | list -%}
    {{ return(none if '*' in orgs else orgs) }}
{% endmacro %}

{# Return the query of the organisations that only add up others. #}
{% macro total_orgs() %}
    {{- return("select org_id from intermediate.int_organisation__placed where org_type_code in ('REGION', 'SEA')") -}}
{% endmacro %}

{# Return whether this run may keep what it does not touch: only the pipeline knows what changed since the last one. #}
{% macro builds_by_touch() %}
    {{ return(var('builds_by_touch') and not flags.FULL_REFRESH) }}
{% endmacro %}

{# Return the condition that a column names an organisation that is read by this run; true if all are. #}
{% macro is_touched(column, extracts, reading=false, totals=true) %}
    {%- set orgs = touched_orgs(extracts, reading, totals) -%}
    {{ return('true' if orgs is none else is_one_of(column, orgs)) }}
{% endmacro %}

{# Return the condition that a column names a load of the relation `loads`, which PostgreSQL then looks up one by one; true if all #}
{# organisations are read. #}
{% macro is_of_touched_loads(column, extracts, loads='load_ranked') %}
    {{ return('true' if touched_orgs(extracts) is none else column ~ ' = any(array(select load_id from ' ~ loads ~ '))') }}
{% endmacro %}

{# Return the condition that rows are of a load that staging's tests have not passed yet: looked up, unless that is true of all. #}
{% macro is_fresh_load() %}
    {%- if execute and run_query('select from ops.proven_load limit 1').rows | length == 0 -%}{{ return('true') }}{%- endif -%}
    {{ return('load_id = any(array(select load_id from ops.built_load except select load_id from ops.proven_load))') }}
{% endmacro %}

{# Return the condition that an expression has one of the values. #}
{% macro is_one_of(expression, values) %}
    {%- set quoted = [] -%}
    {%- for value in values -%}{%- do quoted.append("'" ~ value.replace("'", "''") ~ "'") -%}{%- endfor -%}
    {{ return(expression ~ ' = any(cast(array[' ~ quoted | join(', ') ~ '] as text[]))') }}
{% endmacro %}

{# Return the condition that a row compares with a mean or spread of the state that is another one since the last build; '' if none is. #}
{% macro is_compared_anew() %}
    {%- set query -%}
        with reference as (
            select state_code, school_year, subject_code, grade_code, reference_code, mean_score, standard_deviation
            from restricted.int_score_reference__chosen
        ),
        changed as (
            (table reference except table ops.basis_score_reference) union all (table ops.basis_score_reference except table reference)
        )
        select concat_ws(' ', state_code, school_year, subject_code, grade_code) from changed
        union
        select concat_ws(' ', state_code, school_year, subject_code, 'ALL') from changed
    {%- endset -%}
    {%- set scope = "concat_ws(' ', left(org_id, 2), school_year, subject_code, grade_code)" -%}
    {%- set compared = run_query(query).columns[0].values() -%}
    {{ return(is_one_of(scope, compared) if compared else '') }}
{% endmacro %}

{# Return the conditions on rows of indicators that this run makes again: all of indicators of which what they say of one organisation #}
{# depends on others; of those that hold a score against the state's mean and spread where these have changed; of all the organisations'. #}
{% macro are_of_indicators(is_of_orgs) %}
    {%- set all, whole, compared = [], [], [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('ind_') -%}
        {%- do all.append(node.name[4:]) -%}
        {%- if node.unique_id in selected_resources and node.config.get('compares_with_state') -%}
            {%- do compared.append(node.name[4:]) -%}
        {%- elif node.unique_id in selected_resources and node.config.materialized != 'incremental' -%}
            {%- do whole.append(node.name[4:]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set rows = [(all, is_of_orgs), (whole, 'true'), (compared, is_compared_anew())] -%}
    {%- set conditions = [] -%}
    {%- for indicators, condition in rows if indicators and condition -%}
        {%- do conditions.append(is_one_of('indicator_id', indicators) ~ ' and ' ~ condition) -%}
    {%- endfor -%}
    {{ return(conditions) }}
{% endmacro %}

{# Return whether this run makes any indicator of a folder of models again. #}
{% macro makes_indicators_of(folder) %}
    {%- set shown = [] -%}
    {%- for node in graph.nodes.values() if node.unique_id in selected_resources and node.name.startswith('ind_') and folder in node.fqn -%}
        {%- do shown.append(node.name) -%}
    {%- endfor -%}
    {{ return(shown | length > 0) }}
{% endmacro %}

{# Return the conditions on the rows of a model that this run makes again, each of which PostgreSQL can look up in its way; none for all. #}
{% macro touched_rows(config, totals=true) %}
    {%- set orgs = touched_orgs(config.get('extracts') or [], totals=totals) -%}
    {%- if orgs is none or config.get('shows') and makes_indicators_of(config.get('shows')) -%}{{ return(none) }}{%- endif -%}
    {%- set is_of_orgs = is_one_of(config.get('touched_by'), orgs) if orgs else '' -%}
    {%- if config.get('whole_state') -%}
        {{ return(are_of_indicators(is_of_orgs)) }}
    {%- endif -%}
    {{ return([is_of_orgs, is_compared_anew() if config.get('compares_with_state') else ''] | select | list) }}
{% endmacro %}

{# What `incremental` means in this project (docs/decisions/0009; under its own name PostgreSQL would not get the keys of contracts): #}
{# a table whose rows belong to organisations, named by the column `touched_by`: only those of touched organisations are made again, #}
{# in one transaction. `extracts` are those that the rows come from, none: any. With `adds_up`, the measures of the table, its SQL makes no #}
{# rows of regions and the state when it is built by touch: to theirs is added by how much their members changed. With `whole_state` the rows #}
{# of indicators that do not belong to organisations in this way are made again too, with `compares_with_state` those for which the state's #}
{# mean or spread has changed. A mart that `shows` the indicators of a folder is made whole if one of them is made again; else its rows differ #}
{# by their coverage alone. Correct only where a row depends on nothing else but rows of its organisation. #}
{% materialization incremental, adapter='postgres' %}
    {%- set conditions = touched_rows(config, totals=not config.get('adds_up')) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or conditions is none -%}
        {{ return(materialization_table_default()) }}
    {%- endif -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- if not conditions -%}
        {{ return(kept_relation(target)) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | list -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        set local enable_nestloop = on;
        set local constraint_exclusion = on;  -- tables of indicators that are not asked for are not read
        {{ added_up(target, columns, conditions[0], sql) if config.get('adds_up') else made_again(target, columns, conditions, sql) }}
    {%- endcall -%}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Return the statements that make the rows of each condition again. What the state's mean moves is mostly the same once it is rounded: #}
{# beyond the organisations', `rewrites_changes` writes only rows that are other ones. #}
{% macro made_again(target, columns, conditions, sql) %}
    {%- set listed = columns | join(', ') -%}
    {%- for condition in conditions %}
        {%- set is_ours -%}
            ({{ condition }}){% for done in conditions[:loop.index0] %} and not ({{ done }}){% endfor %}
        {%- endset -%}
        {%- set kept = 'select ' ~ listed ~ ' from ' ~ target ~ ' where ' ~ is_ours -%}
        {%- set fresh = 'select ' ~ listed ~ ' from (' ~ sql ~ ') as fresh where ' ~ is_ours -%}
        {%- if config.get('rewrites_changes') and not loop.first %}
            {{ rewritten(target, columns, kept, fresh, 'change_' ~ loop.index) }}
        {%- else %}
        delete from {{ target }} where {{ is_ours }};
        insert into {{ target }} ({{ listed }}) {{ fresh }};
        {%- endif %}
    {%- endfor %}
{% endmacro %}

{# Return the statements that delete the rows that are kept and not fresh, and insert those that are fresh and not kept. #}
{% macro rewritten(target, columns, kept, fresh, change) %}
    {%- set keys = (model.constraints | selectattr('type', 'equalto', 'primary_key') | first).columns -%}
    {%- set measures = columns | map('replace', '"', '') | reject('in', keys) | list -%}
        create temporary table {{ change }} on commit drop as
        select
            {{ keys | join(', ') }}, fresh.{{ measures | join(', fresh.') }},
            kept.{{ keys[0] }} is not null as is_kept, fresh.{{ keys[0] }} is not null as is_fresh
        from ({{ kept }}) as kept
        full join ({{ fresh }}) as fresh using ({{ keys | join(', ') }})
        where kept is distinct from fresh;
        delete from {{ target }} as target using {{ change }} as change
        where change.is_kept{% for key in keys %} and target.{{ key }} = change.{{ key }}{% endfor %};
        insert into {{ target }} ({{ keys | join(', ') }}, {{ measures | join(', ') }})
        select {{ keys | join(', ') }}, {{ measures | join(', ') }} from {{ change }} where is_fresh;
{% endmacro %}

{# Return the statements that make the rows of touched organisations again and add what changed to the regions and states they belong to. #}
{# Sums are exact; where nothing is left that is counted, there was no row of any member, so the total has none. #}
{% macro added_up(target, columns, is_own, sql) %}
    {%- set measures = config.get('adds_up') -%}
    {%- set keys = columns | map('replace', '"', '') | reject('in', measures) | list -%}
    {%- set same_row -%}
        {%- for key in keys %}{{ ' and ' if not loop.first }}total.{{ key }} = change.{{ key }}{% endfor -%}
    {%- endset -%}
    {%- set of_totals = 'total.org_id = any(array(select org_id from change_of_total))' -%}
        create temporary table fresh on commit drop as
        select {{ columns | join(', ') }} from (
            {{ sql }}
        ) as fresh
        where {{ is_own }};
        create temporary table change_of_total on commit drop as
        with total as ({{ total_orgs() }}),
        -- What is next below a total; a member of a member has been added to that already.
        member as (
            select listed.org_id
            from intermediate.int_organisation__listed as listed
            inner join total on listed.parent_org_id = total.org_id
            where listed.org_id not in (select org_id from total)
        ),
        change as (
            select {{ keys | join(', ') }}, {{ measures | join(', ') }} from fresh
            union all
            select {{ keys | join(', ') }}, -{{ measures | join(', -') }} from {{ target }} where {{ is_own }}
        )
        select
            ancestry.ancestor_org_id as org_id,
            {% for key in keys if key != 'org_id' %}change.{{ key }}, {% endfor %}
            {% for measure in measures %}sum(change.{{ measure }}) as {{ measure }}{{ ', ' if not loop.last }}{% endfor %}
        from change
        inner join member on change.org_id = member.org_id
        inner join intermediate.int_ancestry__expanded as ancestry on change.org_id = ancestry.org_id
        inner join total on ancestry.ancestor_org_id = total.org_id
        group by ancestry.ancestor_org_id{% for key in keys if key != 'org_id' %}, change.{{ key }}{% endfor %}
        having {% for measure in measures %}{{ ' or ' if not loop.first }}sum(change.{{ measure }}) <> 0{% endfor %};
        analyze change_of_total;
        set local enable_nestloop = off;  -- the rows of a total are read once, not for each change
        delete from {{ target }} where {{ is_own }};
        insert into {{ target }} ({{ columns | join(', ') }}) select {{ columns | join(', ') }} from fresh;
        update {{ target }} as total
        set {% for measure in measures %}{{ measure }} = total.{{ measure }} + change.{{ measure }}{{ ', ' if not loop.last }}{% endfor %}
        from change_of_total as change
        where {{ of_totals }} and {{ same_row }};
        insert into {{ target }} ({{ keys | join(', ') }}, {{ measures | join(', ') }})
        select {{ keys | join(', ') }}, {{ measures | join(', ') }}
        from change_of_total as change
        where not exists (select from {{ target }} as total where {{ of_totals }} and {{ same_row }});
        delete from {{ target }} as total
        using change_of_total as change
        where
            {{ of_totals }} and {{ same_row }}
            {%- for measure in measures %} and total.{{ measure }} = 0{% endfor %}
{% endmacro %}

{# Return what dbt wants of a materialization, for a relation that is left as it is. #}
{% macro kept_relation(relation) %}
    {%- call noop_statement('main', 'KEPT', 'KEPT') -%}select 1 /* nothing that {{ relation }} comes from has changed */{%- endcall -%}
    {{ return({'relations': [relation]}) }}
{% endmacro %}

{# What dbt asks for the rows that a test looks at (its own `where` and all). In a run by touch those that were made again: the others passed #}
{# when they were made. A test with the meta `of_all_rows` chooses by itself. #}
{% macro get_where_subquery(relation) %}
    {%- set where = [config.get('where')] if config.get('where') else [] -%}
    {%- if execute and builds_by_touch() and not (config.get('meta') or {}).get('of_all_rows') -%}
        {%- set tested = graph.nodes.values() | selectattr('name', 'equalto', relation.identifier) | list -%}
        {%- if tested and tested[0].config.get('touched_by') -%}
            {%- set conditions = touched_rows(tested[0].config) -%}
            {%- if conditions is not none -%}
                {%- do where.append('((' ~ (conditions or ['false']) | join(') or (') ~ '))') -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- if where -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ where | join(' and ') ~ ')') }}
    {%- else -%}
        {{ return(relation) }}
    {%- endif -%}
{% endmacro %}
