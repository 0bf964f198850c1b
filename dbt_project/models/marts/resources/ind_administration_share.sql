{{ spending_share('administration_share', "left(ledger_cell.function_code, 2) in ('23', '24', '25')") }}
