# What `fieldapp form lint` says to the author of a form. path = node, expression = as written or as understood.

lint-syntax = { $reason ->
    [ended] The expression ends too early
    [expected] { $detail } is missing at character { $position }
    [unclosed-text] The text that begins at character { $position } has no closing quote
    [too-deep] The expression is nested too deeply; work out parts of it in calculations of their own
    [too-long] The expression has { $detail } characters, which is more than a cell holds
    [unknown-axis] There is no axis { $detail }
   *[unexpected] { $detail } makes no sense at character { $position }
 }: { $expression }
    .mend = Correct it at that place; brackets and quotes come in pairs.
lint-unknown-function = There is no function { $detail }: { $expression }
    .mend = Check the spelling; the functions stand in docs/dialect.md.
lint-arguments = The arguments of { $detail } are not right: { $expression }
    .mend = Check how many there are and in which order.
lint-missing-path = Nothing in the form is called { $name }: { $expression }
    .mend = Correct the name; best refer to questions as ${ "{" }name{ "}" }.
lint-dead-path = This path leads nowhere, there is no { $name }: { $expression }
    .mend = Correct the path; best refer to questions as ${ "{" }name{ "}" }.
lint-missing-instance = The form has no list or attached file { $name }.
    .mend = Add the list to the choices sheet, or correct its name.
lint-missing-column = The list has no column { $name }: { $expression }
    .mend = Add the column to the choices sheet, or correct its name (upper and lower case matter).
lint-circle = These questions wait for each other in a circle: { $detail }
    .mend = Let one of them do without the others.
lint-form = { $fault ->
    [too-large] The file is too large
    [too-deep] It is nested too deeply
    [doctype] A document type is not accepted
    [xml] This is not well-formed XML
    [workbook] The workbook is damaged or not an Excel file
    [duplicate-column] Two columns have the same title
    [duplicate-sheet] Two sheets have the same name
    [cell-error] The cell holds an error of Excel
    [character] There is a character that cannot be used
    [long-cell] The cell is too long
    [too-many-rows] There are too many rows, the limit is
    [too-many-columns] There are too many columns, the limit is
    [encoding] The text is not UTF-8; save it as UTF-8
    [kind] Files of this kind cannot be read
    [csv] This is not well-formed CSV
    [no-survey] There is no sheet called survey; the sheets are
    [no-questions] The survey sheet has no questions
    [unknown-prefix] The prefix is not declared (namespaces on the settings sheet), or a name has blanks
    [no-model] There is no model
    [no-instance] There is no instance
    [missing-node] The instance has no such node
    [unknown-event] There is no such event
    [itemset] The list of choices is incomplete
    [circle] Questions wait for each other in a circle
   *[other] The form cannot be opened
 }: { $detail }
    .mend = Correct it and check again.
lint-bad-regex = This is not a regular expression (character { $position }): { $pattern }
    .mend = Correct the pattern; put \ before a bracket that is meant literally.
lint-not-a-choice = { $name } has no choice { $value }, so this comparison decides nothing.
    .mend = Correct the name of the choice; it is not the label.
lint-text-as-number = { $name } holds text; calculating with it gives nothing: { $expression }
    .mend = Make it an integer or decimal question, or refer to one.
lint-boolean-compared = { $name } is true or false; compared with { $expression } it never holds here (ODK Collect stores 1 and 0).
    .mend = Use it as a condition itself, or calculate if(…, 1, 0).
lint-slow-filter = The choice filter looks at all { $rows } rows each time; begin it with `column = value`: { $expression }
    .mend = Write `column = value` first, then and with the rest.
lint-whole-tree = This path searches the whole form each time; write the full path: { $expression }
    .mend = Write the path from the root.
lint-costly-regex = This regular expression repeats a repetition and is slow on long text: { $pattern }
    .mend = Take out the repetition inside the repetition: a+ instead of (a+)+.
lint-rows-in-rows = Every row adds up all rows of its own repeat, which gets slow with many rows; calculate it once outside: { $expression }
    .mend = Add a calculate outside the repeat and refer to it in the rows.
lint-regex-not-anchored = Without ^ and $ this pattern is found anywhere in the text here and in ODK Web Forms, but must fit the whole text in ODK Collect: { $pattern }
    .mend = Write ^…$, or .* at both ends, to be the same everywhere.
lint-function-not-in-collect = ODK Collect does not know the function { $name }().
    .mend = Nothing if the form is only used here; for Collect put it another way.
lint-construct-not-in-collect = ODK Collect does not understand this construct: { $expression }
    .mend = Use indexed-repeat() or ${ "{" }name{ "}" } instead.
lint-self-not-in-collect = The calculation reads its own question; ODK Collect refuses that as a circle.
    .mend = Keep the old value with once() or in another calculate.
lint-name-not-in-collect = ODK Collect only opens names of Latin letters; { $name } has others.
    .mend = Use Latin letters if the form is for Collect too.
lint-path-as-condition = Here and in ODK Collect this condition means "is not blank"; in ODK Web Forms it always holds. Write { $expression } != '' to mean the same everywhere.
    .mend = Write … != ''.
lint-blanks-in-web-forms = { $name }() leaves blank answers out here and in ODK Collect; in ODK Web Forms one blank makes the result blank: { $expression }
    .mend = Give the question the default 0 to be the same everywhere.
lint-too-costly = The expression searches the whole form more than { $name } times over, one search inside the other; write the full paths: { $expression }
    .mend = Write full paths instead of //.
lint-missing-label = Question { $name } has no label; the interviewer sees nothing.
    .mend = Write the question in the label column.
lint-missing-translation = { $name } is not translated into { $value }; in that language a dash is shown.
    .mend = Write the translation, or leave the whole column out.
lint-duplicate-choice = The list { $name } has { $value } twice (first in row { $rows }); nobody can tell which one was chosen.
    .mend = Give each choice its own name.
lint-blank-in-choice = The choice name “{ $value }” of the multiple-choice list { $name } has a blank; answers are separated by blanks, so it counts as several choices.
    .mend = Use an underscore instead of the blank.
lint-unused-list = No question uses the list { $name }.
    .mend = Delete the list, or check the spelling of the list name in the type of the question.
lint-unknown-column = No column is called “{ $name }”, so what stands in it is ignored; do you mean { $value }?
    .mend = Rename it to { $value }, or to something unlike it if it holds remarks.
lint-unread-row = More than 60 blank rows stand above; this row and those below are not read.
    .mend = Delete the blank rows, or what is left over here.
lint-no-form-id = There is no form_id; the file name is taken instead, and a renamed file is another form.
    .mend = Write a form_id on the settings sheet.
lint-no-version = There is no version; laptops cannot tell which form is newer.
    .mend = Write a version on the settings sheet, such as 2026112201.
lint-version-not-newer = Version { $value } is not newer than { $name }, which is in use.
    .mend = Write a higher version.
lint-bad-pii = “{ $value }” is no level of privacy; it must be 0, 1 or 2 (or none, personal, sensitive).
    .mend = Write 0 for nothing personal, 1 for personal, 2 for sensitive.
lint-bad-tier = “{ $value }” is no tier; it must be core or extended.
    .mend = Write core for what is asked of everybody, extended for the rest.
lint-warning-without-message = { $name } has a soft rule but no message; the interviewer is not told what to explain.
    .mend = Write the message in the column bind::fa:warning_message.
lint-message-without-warning = { $name } has a message but no soft rule, so it is never shown.
    .mend = Write the rule in the column bind::fa:warning, or delete the message.
lint-missing-file = The file { $name } does not lie beside the form.
    .mend = Put the file beside the form (or into its media folder), or correct its name.
lint-large-file = The file { $name } has { $value } MB; its first look-up keeps the interviewer waiting.
    .mend = Keep only the columns that are used and the rows of this county.
lint-bind-without-node = This bind is for { $name }, which the instance does not have; the rule does nothing.
    .mend = Correct the nodeset, or add the node to the instance.
lint-control-without-node = This question is for { $name }, which the instance does not have; it is not shown.
    .mend = Correct the ref, or add the node to the instance.
lint-required-read-only = { $name } is required and read-only, with nothing that fills it: the interview can never be finished.
    .mend = Drop one of the two, or add a calculation or a default.
lint-relevance-of-itself = Whether it is shown depends on its own answer ({ $name }); once hidden it never comes back.
    .mend = Use only answers of earlier questions in the condition.
lint-never-relevant = One question cannot equal two things at once, so this never holds: { $expression }
    .mend = Use or instead of and, or check which question is meant.
lint-changes-by-itself = { $name }() in a calculation gives something else each time it is worked out, so opening a draft changes the answer.
    .mend = Write once({ $name }()), or make it a default.
lint-not-a-select = { $name } is no select question, which this function is for: { $expression }
    .mend = Compare text with =, contains() or regex().
lint-select-multiple-compared = { $name } is a multiple choice; with several choices this never equals { $expression }.
    .mend = Use selected(…, …) instead.
lint-text-as-date = { $name } does not hold a date, so this gives nothing: { $expression }
    .mend = Make it a date question, or refer to one.
lint-number-as-text = { $name } holds a number and never equals the text { $expression }.
    .mend = Compare it with a number, or make it a text or a select question.
lint-bad-date = { $value } is no date (YYYY-MM-DD), so this is blank: { $expression }
    .mend = Correct the date.
lint-index-in-collect = The row number is worked out: blank or out of range it gives blank here and an error in ODK Collect: { $expression }
    .mend = Make sure with if() that it lies between 1 and the number of rows.
lint-coalesce-in-collect = coalesce() takes only two arguments in ODK Collect: { $expression }
    .mend = Write coalesce(a, coalesce(b, c)).
lint-boolean-in-collect = { $name } is stored as true or false here and in ODK Web Forms but as 1 or 0 in ODK Collect, so comparing with { $expression } differs.
    .mend = Calculate if(…, 'yes', 'no') and compare with that.
lint-count-in-web-forms = { $name }() leaves out what is not relevant here and in ODK Collect; ODK Web Forms counts it: { $expression }
    .mend = To be the same everywhere, write the condition into the path.
lint-round-in-web-forms = Rounding to digits differs in ODK Web Forms for negative numbers and binary fractions: { $expression }
    .mend = Round only what is shown, or accept a difference in the last digit.
lint-distance-in-web-forms = { $name }() has only two decimals in ODK Web Forms: { $expression }
    .mend = Use round(…, 2) to be the same everywhere.
lint-date-in-web-forms = A date made from a number keeps its time of day in ODK Web Forms: { $expression }
    .mend = Write format-date(…, '%Y-%m-%d').
lint-weekday-in-web-forms = %a is blank on Sundays in ODK Web Forms: { $expression }
    .mend = Write the date itself and let the reader see the day.
lint-truth-in-web-forms = boolean-from-string() minds upper and lower case in ODK Web Forms: { $expression }
    .mend = Store true and false in lower case.
lint-own-row-in-web-forms = Inside a repeat this absolute path means the own row here and in ODK Collect, all rows in ODK Web Forms: { $expression }
    .mend = Write it relative, as ../name.
lint-constraint-by-name = The constraint names its own question { $name }; while it is checked ODK Collect still finds the old answer there: { $expression }
    .mend = Write . for the answer that is being given.
lint-encryption-passed-over = The form asks for submissions that are encrypted with a key. This program does not do that, so that nobody is locked out of the answers: they stay in the encrypted workspace, and a submission that is exported is plain.
    .mend = Nothing if you agree; else delete public_key on the settings sheet.
lint-passed-over = This form asks for { $name ->
    [recordaudio] a recording in the background; this program records nobody, the question stays blank.
    [audit] an audit log file; the question stays blank, this program keeps its own audit trail.
   *[other] { $name }, which this program passes over.
 }
    .mend = Delete the row if the form is only used here.
lint-circle-in-collect = These questions decide about each other; ODK Collect takes that for a circle and does not open the form: { $detail }
    .mend = Let the condition of one of them do without the other.
