{{ retention_rate('teacher_turnover', '(base_count - stayer_count)') }}
