{{ teacher_equity(ref('indicator_value')) }}
