ledger-signature = Signature for a copy
ledger-holder-township = Township
ledger-holder-village = Village
ledger-holder-household = Household
ledger-page-cover = cover
ledger-page-index = index side { $number }
ledger-page-number = page { $number }
ledger-page-notes = notes
ledger-page-blank = blank back
ledger-page-other = { $name }

slip-exchange-title = Exchange of pages
slip-exchange-lead = Household { $head }, archive number { $number }, copy of: { $holder }
slip-exchange-why = This household’s record was revised from revision { $before } to { $after }. The pages below differ from the bound ones; all others stay valid.
slip-exchange-out = Take out
slip-exchange-in = Put in
slip-exchange-nothing = none
slip-exchange-pages = { $pages } ({ $count } sides)
slip-exchange-digest = Digest of the new revision
slip-exchange-number = Printing number
slip-exchange-stays = Pages that stay keep the digest of revision { $before } in their footer; do not change it.
slip-exchange-keep = Bind what was taken out together with this slip at the end of the copy; do not destroy it.
slip-exchange-done-by = Exchanged by, date
slip-exchange-seen-by = Witnessed by, date

catalogue-title = List of volumes
catalogue-fonds = Fonds: { $fonds }, { $place }, { $year }
catalogue-count = { $volumes } volumes, { $pages } pages
catalogue-volume = Title
catalogue-order = No.
catalogue-number = Archive number
catalogue-period = Period
catalogue-pages = Pages
catalogue-retention = Retention
catalogue-remark = Remark
catalogue-made = Made by: { $maker }, on { $day }
catalogue-page = Page { $number } of { $pages }
catalogue-stale = revision { $newest } is there, reprint
catalogue-incomplete = incomplete
catalogue-all = all
label-title = Box labels
label-fonds-no = Fonds no.
label-fonds = Fonds
label-category = Category
label-year = Year
label-retention = Retention
label-volumes = Volumes
label-box = Box
label-box-value = { $number }
    ({ $volumes } volumes)

run-all = all
run-no-printer = no printer was chosen

ledger-stale = ▲ superseded by revision { $newest }
ledger-made-print = { $head }, no. { $number }: printed revision { $revision } for { $copies }
ledger-made-file = { $head }, no. { $number }: saved revision { $revision } for { $copies }
ledger-taken = { $head }: { $by } took the copy for { $holder } (revision { $revision })

cli-archive-ledger = copies that were made and taken
cli-archive-receipt = note who took a copy
cli-archive-changes = print only the pages that differ after a revision, with a slip
cli-archive-catalogue = list of volumes
cli-archive-labels = labels for the spines of boxes
cli-ledger-empty = nothing was printed yet
cli-changes-copy = { $holder }: take out { $out }; put in { $into }
cli-changes-written = { $pages } sides, written to { $file }
cli-archive-listed = Written to { $file }: { $volumes } volumes; { $absent } households without an archive, { $stale } with a newer revision
