{{ vacancy_rate('vacancy', 'vacant_fte', 'budgeted_fte') }}
