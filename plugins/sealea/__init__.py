"""The platform of a state education agency: from LEA extracts to reform-goal indicators."""
