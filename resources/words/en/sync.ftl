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
exchange-reopened = The decision of the conflict was taken back
ui-exchange-undo = Undo this choice
ui-exchange-reopened = ✔ Taken back: both values are there again.
ui-rounds-switch = Sync by itself
ui-rounds-running = Syncing…
ui-rounds-last = last sync { $at }
ui-rounds-offline = district out of reach just now
ui-rounds-failed = sync did not succeed (F9 says why)
ui-rounds-waiting = { $operations } changes, { $files } photos to send
ui-rounds-next = next { $at }
ui-rounds-off = sync by itself is off
ui-rounds-broken = sync by itself has stopped; sync by hand to see why
error-bundle-revoked = Bundle { $file } was written by a revoked laptop ({ $name }).
    .safe = Nothing of it was taken in; nothing changed here.
    .next = Take no more bundles of that laptop and tell the district's administrator.
error-card-refused = { $reason ->
    [garbled] This is no whole card, or it was altered.
    [other-district] This card was not signed by this district.
    [no-own-card] The district has not given this laptop a card yet.
    [unknown] The card of that colleague's laptop is not known here.
    [revoked] The district has revoked that laptop.
    [not-a-laptop] This is a phone's card; phones read no bundles.
    [no-shared-area] The two laptops share no village, so no household data may pass between them.
   *[other] The card cannot be used ({ $reason }).
 }
    .safe = Nothing changed here and nothing was written.
    .next = { $reason ->
        [no-own-card] Sync once, or read a bundle that the district wrote back.
        [unknown] Have the colleague put the card on a stick and read it here.
        [no-shared-area] The bundle for the district may travel on the colleague's stick; it is sealed.
       *[other] Make sure whose laptop it is and have the card copied again.
    }
cli-bundle-stick = one press with a stick: read the bundles and cards for this laptop, write the district's bundle and the own card
cli-bundle-stick-done = { $read } bundles read: { $received } new operations, { $files_received } files, { $set_aside } set aside; { $cards } new cards; { $passed_over } of others left alone; { $refused } unreadable. { $written } written: { $sent } operations, { $files_sent } files
cli-bundle-card = this laptop's card, signed by the district, by which colleagues' laptops know it
cli-bundle-card-read = The laptop { $name } of { $person } is known now ({ $device })
cli-bundle-colleagues = list the laptops that bundles can be written for
cli-bundle-no-colleagues = No other laptop is known: sync once, or read its card
cli-bundle-kept = list the bundles that stayed here; --again writes one once more
cli-bundle-kept-none = No bundle stayed here
cli-bundle-again = Written once more to { $file }, { $bytes } bytes
ui-sticks-visit = Stick: read and write…
ui-sticks-give = Write for colleague…
ui-sticks-card = Own card to stick…
ui-sticks-to = Colleague's laptop
ui-sticks-none = No other laptop is known (read its card, or sync)
ui-sticks-who = { $person } ({ $name })
ui-sticks-folder = Choose the stick's folder
ui-sticks-visited = ✔ Stick done: { $read } bundles read, { $received } received, { $files } photos, { $cards } new cards; { $sent } written for the district.
ui-sticks-visited-aside = ▲ Stick done: { $read } bundles read, { $received } received, { $files } photos, { $cards } new cards; { $sent } written for the district. { $aside } set aside for now; unreadable: { $refused }
ui-sticks-refused-none = none
ui-sticks-given = ✔ Written for { $person }: { $sent } operations, { $files } photos. Whoever comes to the district first delivers both; only the district's receipt counts.
ui-sticks-card-written = ✔ Card written to { $file }
ui-sticks-card-read = ✔ The laptop of { $person } is known; bundles can be exchanged.
