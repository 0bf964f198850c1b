{{ vacancy_rate('vacancy_flow', 'vacant_fte_years', 'budgeted_fte_years') }}
