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
 } { $households } households ({ $operations } operations, { $files } attachments); kept: { $kept }
cli-hand-over = hand the computer over: destroy keys and everything, write the receipt
cli-hand-over-confirm = while something is unsent or unfinished: the first eight signs of the workspace's id
cli-handed-over = The workspace is destroyed ({ $files } files), the receipt is { $receipt }. Print and sign it, and have the district revoke this computer.
cli-audit = list the audit trail
