{{ teacher_rate('out_of_field_teachers', 'OUT_OF_FIELD') }}
