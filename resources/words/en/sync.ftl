exchange-operations = Exchanging records
exchange-previews = Sending previews
exchange-files-out = Sending files
exchange-files-in = Fetching files

error-bundle-unwritable = The bundle { $file } cannot be written ({ $detail }).
    .safe = Everything is still on this laptop and not marked as sent.
    .next = Check whether the stick is full, write-protected or unplugged, then write it again.
held-refused = A flood of deletions was a mistake; the records stay
ui-held-told = ▲ { $village }: { $who } deleted { $records } records (of { $of } here). Held in case it was a mistake; nothing is lost.
ui-held-keep = A mistake, keep them
ui-held-confirm = Delete them indeed
ui-held-kept = ✔ The records stay, and come back on other laptops with the next exchange.
ui-held-confirmed = ✔ Deleted; the history stays.
cli-deletions = Look at or decide floods of deletions
cli-deletions-none = No deletions are held
cli-deletions-confirmed = { $records } records deleted
cli-deletions-kept = { $records } records kept
