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
lint-unknown-function = There is no function { $detail }: { $expression }
lint-arguments = The arguments of { $detail } are not right: { $expression }
lint-missing-path = Nothing in the form is called { $name }: { $expression }
lint-dead-path = This path leads nowhere, there is no { $name }: { $expression }
lint-missing-instance = The form has no list or attached file { $name }.
lint-missing-column = The list has no column { $name }: { $expression }
lint-circle = These questions wait for each other in a circle: { $detail }
lint-form = The form cannot be opened: { $detail }
lint-bad-regex = This is not a regular expression (character { $position }): { $pattern }
lint-not-a-choice = { $name } has no choice { $value }, so this comparison decides nothing.
lint-text-as-number = { $name } holds text; calculating with it gives nothing: { $expression }
lint-boolean-compared = { $name } is true or false; compared with { $expression } it never holds here (ODK Collect stores 1 and 0).
lint-slow-filter = The choice filter looks at all { $rows } rows each time; begin it with `column = value`: { $expression }
lint-whole-tree = This path searches the whole form each time; write the full path: { $expression }
lint-costly-regex = This regular expression repeats a repetition and is slow on long text: { $pattern }
lint-rows-in-rows = Every row adds up all rows of its own repeat, which gets slow with many rows; calculate it once outside: { $expression }
lint-regex-not-anchored = Without ^ and $ this pattern is found anywhere in the text here and in ODK Web Forms, but must fit the whole text in ODK Collect: { $pattern }
lint-function-not-in-collect = ODK Collect does not know the function { $name }().
lint-construct-not-in-collect = ODK Collect does not understand this construct: { $expression }
lint-self-not-in-collect = The calculation reads its own question; ODK Collect refuses that as a circle.
lint-name-not-in-collect = ODK Collect only opens names of Latin letters; { $name } has others.
lint-path-as-condition = Here and in ODK Collect this condition means "is not blank"; in ODK Web Forms it always holds. Write { $expression } != '' to mean the same everywhere.
lint-blanks-in-web-forms = { $name }() leaves blank answers out here and in ODK Collect; in ODK Web Forms one blank makes the result blank: { $expression }
lint-too-costly = The expression searches the whole form more than { $name } times over, one search inside the other; write the full paths: { $expression }
lint-encryption-passed-over = The form asks for submissions that are encrypted with a key. This program does not do that, so that nobody is locked out of the answers: they stay in the encrypted workspace, and a submission that is exported is plain.
lint-passed-over = This form asks for { $name -> 
    [recordaudio] a recording in the background; this program records nobody, the question stays blank.
    [audit] an audit log file; the question stays blank, this program keeps its own audit trail.
   *[other] { $name }, which this program passes over.
 }
lint-circle-in-collect = These questions decide about each other; ODK Collect takes that for a circle and does not open the form: { $detail }
