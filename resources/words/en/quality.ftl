# Findings: importing a roster (roster-) and rules within a household (finding-)
roster-unknown-village = Row { $row }: there is no village “{ $value }”; the row was not imported
roster-no-name = Row { $row }: no name
roster-bad-citizen-id = Row { $row }: the identity number is wrong
roster-duplicate-citizen-id = Row { $row }: the same identity number stands { $value } times in the roster
roster-number-lost = Row { $row }: the identity number was stored as a number and lost its last digits; make the cell text and type it again
roster-unknown-relation = Row { $row }: unknown relation “{ $value }”
roster-no-head = Row { $row }: this household has no head
roster-heads = Row { $row }: this household has { $value } heads
roster-count-differs = Row { $row }: the number of persons differs from the members listed ({ $value })

finding-p001 = The identity number of { $name } is wrong
finding-p003 = { $name } has no identity number
finding-p004 = { $name } has the identity number of another member
finding-p005 = Sex or birth of { $name } contradicts the identity number
finding-p006 = Relation and sex of { $name } contradict each other
finding-p007 = { $name } is the spouse of { $head } and of the same sex
finding-p008 = { $name } and { $head } are less than { $least } years apart
finding-p035 = The name “{ $name }” is unusual; compare it with the certificate
finding-h001 = There must be exactly one head, and as many members as registered persons
finding-h015 = Relief money ({ $amount } yuan) does not agree with the persons who receive it ({ $count })
finding-h017 = The account holder “{ $name }” is not a member
finding-m001 = A monitored household has no risk recorded
finding-m002 = Illness or disability as a risk does not agree with the members' health
