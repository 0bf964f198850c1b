{{ retention_rate('teacher_turnover_lea', '(other_lea_mover_count + leaver_count)') }}
