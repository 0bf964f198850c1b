{{ retention_rate('teacher_attrition', 'leaver_count') }}
