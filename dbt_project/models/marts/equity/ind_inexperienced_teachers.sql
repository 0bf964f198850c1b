{{ teacher_rate('inexperienced_teachers', 'INEXPERIENCED') }}
