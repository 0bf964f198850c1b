{{ teacher_rate('emergency_credential_teachers', 'EMERGENCY') }}
