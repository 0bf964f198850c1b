{{ spending_share('instruction_share', "ledger_cell.function_code like '1%'") }}
