{{ vacancy_rate('vacancy', 'vacant_fte') }}
