{{ teacher_equity(ref('indicator_value_restricted')) }}
