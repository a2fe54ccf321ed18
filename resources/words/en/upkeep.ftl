# Backup, restore, check, repair
damage-key-file = One copy of the key file is damaged ({ $subject }); the other is whole and it was mended. No data is touched.
damage-database = The database file has damaged pages. Other households can be read as before; run the repair, which saves all that is readable.
damage-bit = A bit had flipped in { $subject } pages of the database; each was turned back by its page's authentication, no data is touched. The disk may be ageing: make a backup.
damage-record = One change of record { $subject } cannot be read ({ $detail }). Other records are whole; the repair fetches it from a backup or the district.
damage-attachment = Attachment { $subject } is damaged or missing ({ $detail }). No answer is touched; the repair fetches it from a backup or the district.
damage-audit = The audit chain breaks at line { $subject }: that line was altered, removed or put in. No survey data is touched; tell the district.
damage-cache = One row of a list ({ $subject }) differs from the operations. Those are whole, the repair makes the row anew.
damage-draft = One answer of draft { $subject } cannot be read. Finalized records are whole; the repair takes it from the draft's journal.
damage-form = Form { $subject } is damaged. No answer is touched; the next exchange brings the form again.
damage-journal = The database file was copied without its log and lacks the newest answers. All before is whole.
backup-change = { $what ->
    [households] Households
    [submissions] Surveys
    [drafts] Drafts
   *[attachments] Attachments
  }: { $added } come back, { $lost } are lost, { $changed } are as they were then
backup-why-daily = daily
backup-why-before-import = before a roster import
backup-why-before-exchange = before a large exchange
backup-why-after-clearing = after clearing away
backup-why-by-hand = by hand
repair-done = Mended: a flipped bit in { $bits } pages turned back; { $operations } changes and { $files } attachments from backups, { $answers } answers from journals; { $awaited } changes and { $files_awaited } attachments come with the next exchange.
check-pages = Checking the pages of the database
check-records = Checking records and signatures
check-search = Checking the search
check-attachments = Checking attachments
check-backups = Looking into backups
