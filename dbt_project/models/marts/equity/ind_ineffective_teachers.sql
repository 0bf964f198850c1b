{{ teacher_rate('ineffective_teachers', 'INEFFECTIVE') }}
