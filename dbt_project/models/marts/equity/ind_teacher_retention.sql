{{ retention_rate('teacher_retention', 'stayer_count') }}
