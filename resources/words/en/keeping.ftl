# Who may open a workspace, what to do when a passphrase is lost, purging and handing over.

slip-code = Recovery code
slip-workspace = Workspace
slip-laptop = Laptop
slip-made = Made
slip-keeper = Kept by (signature)
slip-kept-at = Kept at
slip-sheet-title = Recovery sheet
slip-sheet-lead = This paper is a key: if the passphrase is forgotten, this paper and that laptop open all households of the workspace and set a new passphrase.
slip-sheet-note-1 = Seal it and give it to the keeper to lock away; never with the laptop, no photograph, not on the net.
slip-sheet-note-2 = To use it run fieldapp workspace recovery use on the laptop, and enter the code and a new passphrase; the QR code holds the same code.
slip-sheet-note-3 = The code serves once; after that, or once a new sheet was made, this one opens nothing: tear it up.
slip-sheet-note-4 = The code has no letters I, L, O, U; the program notices one or two letters copied wrongly.
slip-sheet-note-5 = If this paper is lost, open the workspace and make another: the old one is void at once.

recovery-way-sheet = Recovery sheet (paper in the keeper's hands)
recovery-way-district = District (by request and sixteen digits)
recovery-way-none = There is no way back yet: with the passphrase everything is lost

cli-user-room = who may open this workspace
cli-user-list = list the users
cli-user-add = add a user (new passphrase from FIELDAPP_NEW_PASSPHRASE or asked for)
cli-user-remove = remove a user
cli-recovery-room = ways back when a passphrase is lost
cli-recovery-list = which ways back there are
cli-recovery-make = make a recovery sheet, or let the district help
cli-recovery-ask = the passphrase is lost: choose a new one and write the request to the district
cli-recovery-use = set a new passphrase by a recovery sheet or by the district's answer
cli-recovery-sealed = The district can now help to recover this workspace
cli-recovery-made = The recovery sheet is in { $file }. Print it, seal it, give it to its keeper, then delete the file.
cli-recovery-asked = The request is in { $file }. Give it to the district and read these sixteen digits out over the telephone: { $digits }
cli-recovery-used = { $user } can open the workspace with the new passphrase; a recovery sheet is used up, make another.
cli-ask-recovery-code = Recovery code:
cli-user-keep-key = do not exchange the data key yet (whoever kept the old one may still read old files)
cli-rekey = exchange the data key: database and all attachments are encrypted anew
cli-rekeyed = The database and { $attachments } attachments are encrypted under a new key. Older backups keep the old key and the passphrases of their time.
ui-unlock-wait = Wrong several times in a row: please wait { $minutes ->
    [0] { $seconds } s
   *[other] { $minutes } min { $seconds } s
 }. Nobody is locked out for ever; if the passphrase is lost, use the recovery sheet or ask the district.

slip-over-title = Receipt: computer handed over, workspace destroyed
slip-over-lead = The workspace on this computer was destroyed: its key files were overwritten and removed, then database, attachments and automatic backups. No passphrase and no recovery sheet opens it any more.
slip-over-by = Done by
slip-over-counts = Held before
slip-over-counts-value = { $households } households, { $submissions } finalized submissions, { $archives } archives, { $attachments } attachments, { $operations } operations
slip-over-left = Unsent
slip-over-nothing-unsent = nothing: the district has everything
slip-over-unsent = { $operations } operations and { $files } attachments unsent, { $drafts } drafts unfinished; destroyed after a second confirmation
slip-over-destroyed = Destroyed
slip-over-destroyed-value = { $keys } key files and backups that held one (overwritten, then removed), { $files } files in all, { $bytes } bytes
slip-over-backup = Backup before
slip-over-no-backup = none was made
slip-over-note-1 = Have the district revoke the device named above (district device revoke).
slip-over-note-2 = On a solid-state disk overwritten bytes may stay for a while, still protected by the passphrase; destroy the whole disk where more is asked for.
slip-over-note-3 = Backups kept elsewhere are not touched and open with the passphrases of their time: register or destroy them too.
slip-over-giver = Given by
slip-over-taker = Taken by
slip-over-witness = Witness

cli-purge = clear away households that the district has and nobody changed for days
cli-purge-older = for how many days unchanged (90)
cli-purge-dry = only tell what would go
cli-purged = { $dry ->
    [True] May go:
   *[other] Cleared away:
 } { $households } households ({ $operations } operations, { $files } attachments); kept: { $kept }; backups that still held them and went: { $backups } (those elsewhere stay)
cli-hand-over = hand the computer over: destroy keys and everything, write the receipt
cli-hand-over-confirm = while something is unsent or unfinished: the first eight signs of the workspace's id
cli-handed-over = The workspace is destroyed ({ $files } files), the receipt is { $receipt }. Print and sign it, and have the district revoke this computer.
cli-audit = list the audit trail

ui-nav-keeping = Manage
ui-forgotten = Forgotten the passphrase…
ui-forgotten-answered = Do you have the district's answer file?
ui-forgotten-code = Enter the code of the recovery sheet; leave it empty to ask the district instead
ui-forgotten-request = Where to save the request to the district
ui-forgotten-answer = Choose the district's answer file
ui-forgotten-chosen = Enter the new passphrase that was chosen for the request
ui-forgotten-new = Enter a new passphrase (8 characters or more)
ui-workspace-title = Manage the workspace
ui-workspace-state = Who can open it: { $users }   When a passphrase is lost: { $ways }
ui-workspace-away = At work, please do not switch off…
ui-workspace-passphrase = Change passphrase
ui-workspace-passphrase-told = Yours alone.
ui-workspace-passphrase-done = The passphrase was changed
ui-workspace-add-user = Add a user
ui-workspace-add-user-told = Let somebody else open this workspace with a passphrase that they type themselves.
ui-workspace-add-user-done = Added
ui-workspace-remove-user = Remove a user
ui-workspace-remove-user-told = They cannot open it any more; the data key is exchanged with it.
ui-workspace-sheet = Recovery sheet
ui-workspace-sheet-told = Print a paper with a code, seal it and give it to its keeper; it sets a lost passphrase anew. An older sheet becomes void.
ui-workspace-rekey = New data key
ui-workspace-rekey-told = Database and all attachments are encrypted anew, the workspace is locked meanwhile; a power cut does no harm.
ui-workspace-check = Check workspace
ui-workspace-check-told = Verify database, attachments, key file and audit chain.
ui-workspace-check-found = { $count } things are wrong, see workspace check
ui-workspace-clear = Clear away
ui-workspace-clear-told = Take households off this computer that the district has and nobody changed for 90 days; first it says how many, then asks.
ui-workspace-clear-none = Nothing may go: what the district does not have, what is unfinished, what was changed within { $days } days stays
ui-workspace-clear-ask = The district has { $households } households that nobody changed for { $days } days. Take them off this computer?
ui-workspace-clear-done = Cleared away, also from this computer's backups (those on sticks and elsewhere stay)
ui-workspace-hand-over = Hand over
ui-workspace-hand-over-told = Destroy keys and everything and write a receipt. No passphrase opens it any more.
ui-workspace-old = Enter your present passphrase
ui-workspace-name = Name of the new user
ui-workspace-remove-who = Remove whom? ({ $users })
ui-workspace-no-such-user = There is no such user
ui-workspace-sheet-ask = A recovery sheet opens all households. Is its keeper at hand? An older sheet becomes void.
ui-workspace-sheet-printed = The recovery sheet went to the printer: seal it and give it to its keeper
ui-workspace-sheet-save = No printer: where to save the recovery sheet (delete it once printed)
ui-workspace-over-unsent = Unsent or unfinished: { $operations } operations, { $files } attachments, { $drafts } drafts. Sync first. To destroy it all the same enter the first eight signs of the workspace's id { $id }
ui-workspace-over-refused = Not handed over: something is unsent or unfinished
ui-workspace-over-ask = After this nothing on this computer opens any more. Are you sure?
ui-workspace-over-receipt = Where to save the receipt
ui-workspace-over-backup = Where to save a last backup (cancel for none)
