# One message for each error code: what happened; .safe what is safe; .next what to do.
# sheet, row and column are `none` where they are not known.

error-error = The step could not be done.
    .safe = What was saved is unchanged.
    .next = Try again; if it fails again, give the code below to a technician.
error-fieldapp = The program cannot do this step.
    .safe = What was saved is unchanged.
    .next = Try again; if it fails again, give the code below to a technician.
error-usage = This cannot be done in this way.
    .safe = Nothing was changed.
    .next = Check what was entered, then try again.
error-not-found = { $what } { $id } was not found.
    .safe = Nothing was changed.
    .next = Check the number; the record may be on another computer, so sync once and look again.
error-already-there = { $what } { $id } exists already.
    .safe = What was there is not overwritten.
    .next = Use the existing one, or choose another name, number or folder.
error-not-allowed = { $reason ->
    [finalized] A finalized record cannot be changed directly.
    [problems] There are problems left, so the record cannot be finalized.
    [unexplained-warnings] There are warnings without an explanation, so the record cannot be finalized.
    [reason-missing] Changing a finalized record needs a reason.
    [not-finalized] This household has no finalized submission yet.
    [no-copy] This copy has not been printed yet, so nobody can have taken it.
    [never-printed] Some copies of this household were never printed; print them whole.
    [pages-unknown] What was printed last is not on this laptop and cannot be compared; print the copies whole.
    [up-to-date] The newest revision is printed already; no page has to be exchanged.
    [printer] The printer did not accept it: { $detail }
    [folder] This folder cannot be written to: { $detail }
    [closed-run] This run over a village is over.
    [not-a-draft] This record is not a draft.
    [not-relevant] By the form's rules this question is not asked now.
    [readonly] This question cannot be changed.
    [counted] The number of rows follows from an earlier answer.
    [other-key] This backup was made under an earlier key: it opens with the passphrase of that time.
    [unsent-work] Something is unsent or unfinished: { $operations } operations, { $files } attachments, { $drafts } drafts. Sync first; to destroy it all the same confirm with the workspace's id { $id }.
    [slot-too-old] The user { $detail } still has a key of the first format and has to open the workspace once with this program.
    [closed] The workspace is locked.
    [district-command] A command of the district server failed: { $detail }
    [role] This user may not do that.
    [scope] This area is outside your scope.
    [same-household] These two are one household already.
    [joined-already] This household was joined to another already; take that back first.
   *[other] This is not allowed now ({ $reason }).
 }
    .safe = Nothing was changed.
    .next = Finish the earlier steps first, or ask somebody with the right to do it.
error-bad-input = { $sheet ->
    [none] { $what } is not acceptable: { $value }
   *[other] { $row ->
        [none] Sheet { $sheet }: { $what } is not acceptable: { $value }
       *[other] Sheet { $sheet }, row { $row }: { $what } is not acceptable: { $value }
     }
 }
    .safe = Nothing was written.
    .next = Correct this place and try again.
error-workspace = This workspace cannot be used now.
    .safe = The files of the workspace are unchanged.
    .next = Close the program and open it again; if that does not help, restore the last backup into a new folder.
error-wrong-passphrase = The passphrase is wrong.
    .safe = Everything is still encrypted and unchanged.
    .next = Check Caps Lock and the input method; if the passphrase is lost, use the recovery sheet or ask an administrator.
error-too-many-tries = Wrong { $count } times in a row: please wait { $minutes ->
    [0] { $seconds } s
   *[other] { $minutes } min { $seconds } s
 }.
    .safe = Everything is still encrypted and unchanged; nobody is locked out for ever.
    .next = Try again when the time is over. Starting the program again does not shorten it; if the passphrase is lost, use the recovery sheet or ask the district.
error-workspace-missing = There is no workspace in { $folder }.
    .safe = No file was changed.
    .next = Choose the right folder, or create a workspace first.
error-workspace-damaged = A part of the workspace is damaged ({ $part ->
    [key-file] key file{ $detail ->
        [weak-parameters] : the protection of the passphrase was weakened
        [costly-parameters] : the protection of the passphrase asks for too much
        [altered-parameters] : the protection of the passphrase was altered
        [swapped-slot] : a user's key in it is somebody else's, or from another workspace
        [altered] : its content was altered
        [unverified] : the new content read back wrongly, the old one stays
       *[other] : unreadable
     }
    [database] database
    [record] record
    [attachment] attachment
    [journal] write-ahead log: the database file was copied alone, without the newest answers in its log
    [disk] files on disk
    [form] form
    [draft] draft
    [backup] backup file
    [audit] audit chain
    [cache] cache
   *[other] { $part }
 }).
    .safe = The rest is unchanged; what was synced is on the district server too.
    .next = Do not delete the folder; copy it, restore the last backup, then sync once.
error-workspace-too-new = A newer program wrote this workspace (schema { $schema }, this program knows { $known }).
    .safe = The workspace is unchanged.
    .next = Update this program, then open it.
error-disk-full = The disk is full; { $folder } cannot be written.
    .safe = Every answer that was shown as saved is kept.
    .next = Free some space; the program goes on saving.
error-already-open = Another window or program has this workspace open ({ $folder }).
    .safe = Nothing was changed.
    .next = Go to the open window; if there is none, wait a minute or restart the computer.
error-wrong-realm = Fictitious and real data never share a workspace ({ $area }).
    .safe = Nothing was written.
    .next = Use a demo workspace for the demo, and a real one for real data.
error-form = This form cannot be used.
    .safe = The answers are unchanged.
    .next = Ask the author of the form.
error-form-invalid = { $sheet ->
    [none] The form has an error: { form-fault }{ $detail }
   *[other] { $row ->
        [none] The form has an error (sheet { $sheet }): { form-fault }{ $detail }
       *[other] The form has an error (sheet { $sheet }, row { $row }): { form-fault }{ $detail }
     }
 }
    .safe = The earlier form can still be used.
    .next = Correct this place in the form and compile it again.
error-form-unsupported = { $sheet ->
    [none] The form uses a feature that this program does not support: { $feature }
   *[other] { $row ->
        [none] The form uses a feature that this program does not support (sheet { $sheet }): { $feature }
       *[other] The form uses a feature that this program does not support (sheet { $sheet }, row { $row }): { $feature }
     }
 }
    .safe = The earlier form can still be used.
    .next = Write it in another way, or update this program.
error-expression = { $sheet ->
    [none] The expression of { $path } is broken{ $line ->
        [none] {""}
        [0] {""}
       *[other] {" "}(line { $line })
     }: { $detail }
   *[other] { $row ->
        [none] The expression of { $path } is broken (sheet { $sheet }): { $detail }
       *[other] The expression of { $path } is broken (sheet { $sheet }, row { $row }): { $detail }
     }
 }
    .safe = The answers are unchanged.
    .next = Correct this expression in the form and compile it again.
error-attachment = This file cannot be handled.
    .safe = The attachments that are there are unchanged.
    .next = Try another file.
error-attachment-unreadable = { $name } is not a picture or file that can be read ({ $detail }).
    .safe = The file itself and the other attachments are unchanged.
    .next = Take the picture again, or save it as JPEG or PNG, then add it.
error-attachment-too-large = { $name } is too large ({ $size } bytes, at most { $most }).
    .safe = The file itself and the other attachments are unchanged.
    .next = Shorten the recording or take a smaller file, and choose again.
error-attachment-unfit = { $name } is not { $kind ->
    [audio] a recording
    [video] a video
   *[other] a file that may be attached
 }.
    .safe = The file itself and the other attachments are unchanged.
    .next = Choose a fitting file; programs cannot be attached.
error-attachment-missing = The content of an attachment is not on this computer ({ $id }).
    .safe = The record is complete and names the attachment.
    .next = Sync, or bring it by a stick from the computer that has it.
error-archive = An archive cannot be made or verified.
    .safe = The record is unchanged.
    .next = Try again; if it fails again, give the code below to a technician.
error-glyph-missing = No bundled font has the character { $char } ({ $where }); no archive was made, so that no empty box is printed.
    .safe = The character is kept as it is in the record.
    .next = Check the character; if it is right, ask a technician to extend the font.
error-font-missing = The bundled font file { $file } is missing.
    .safe = The record is unchanged.
    .next = Install this program again.
error-archive-matrix = The archive parameter file { $file } is wrong: { $key } { $fault ->
        [toml] is not valid TOML.
        [missing] is missing.
        [type] has to be { $detail }.
        [unknown] is no known parameter.
        [twice] stands there twice.
        [pattern] is a pattern that cannot be used: { $detail }.
        [area-code] is no division code.
        [stage] belongs to no stage (S, B, T, G).
       *[other] is none of the allowed values: { $detail }.
    }
    .safe = No archive was made; the record is unchanged.
    .next = Ask the district to correct this parameter and to publish the form again.
error-scan-refused = “{ $name }” { $reason ->
    [too-large] is too large and was not opened (64 MB a file, 80 million pixels a picture at most)
    [too-many-pages] has more than 1,000 pages and was not opened
    [empty] has no pages
    [not-a-scan] is no scan: a document that was never on paper
   *[unreadable] cannot be read: it is no picture or PDF, or it is damaged
}.
    .safe = The file was not changed, and neither were scans that are filed already.
    .next = Scan it again at 100 to 300 dpi as JPEG or PDF and bring it in once more.
error-exchange = The exchange did not succeed.
    .safe = What is on this computer is unchanged; what was not sent is still waiting.
    .next = Sync again later.
error-offline = The server { $url } cannot be reached.
    .safe = Everything is saved on this computer; nothing that waits is lost.
    .next = Go on working; sync when there is a network, or use a bundle on a stick.
error-asked-to-wait = The district is busy just now and asks to come again in { $retry_s } seconds.
    .safe = Everything is saved on this laptop, nothing that waits is lost.
    .next = Go on working; it is tried again by itself then.
error-not-enrolled = This workspace is not enrolled with a district server.
    .safe = Everything is saved on this computer.
    .next = Ask the district for an enrolment code and enter it under Sync.
error-refused = The server refused: { $reason ->
    [unknown-device] it does not know this device
    [revoked] this device was revoked
    [clock] the clock of this computer is too far off
    [code-expired] the enrolment code has expired
    [code-used] the enrolment code was used before
    [code-unknown] the enrolment code is wrong
    [too-large] the content is too large
    [scope] this area is outside the scope
   *[other] { $reason }
 }.
    .safe = Everything is saved on this computer; what was not sent is still waiting.
    .next = Tell the district's administrator this reason.
error-protocol-too-old = This program and the server do not fit together (here { $mine }, there { $theirs }).
    .safe = Everything is saved on this computer.
    .next = Update the older side; until then forms can be filled as usual.
error-garbled-reply = The server's answer cannot be understood ({ $url }: { $what }); the network may want a login page first.
    .safe = Everything is saved on this computer; what was not sent is still waiting.
    .next = Log in to the network with a browser, or use another network, then sync.
error-foreign-certificate = Somebody else answers at { $url }: the certificate is not this district's.
    .safe = Nothing was sent. Everything is saved on this computer.
    .next = Use another network; if it stays so, ask the district for a new enrolment slip.
error-certificate-dates = The certificate of { $url } does not fit the date of this computer.
    .safe = Nothing was sent. Everything is saved on this computer.
    .next = Check the date and time of this computer, then sync.
error-certificate-expired = The district's certificate ran out on { $until }.
    .safe = Nothing was sent. Everything is saved on this computer.
    .next = Tell the district: its server has to renew the certificate. A bundle on a stick works meanwhile.
error-clock-wrong = The clock of this computer is wrong: the district says { $theirs }.
    .safe = Nothing was sent. Everything is saved on this computer; only the times noted are wrong.
    .next = Set the clock, or choose “sync with the district's time”.
error-bundle-damaged = The bundle { $file } is incomplete or altered ({ $what }).
    .safe = What is on this computer is unchanged.
    .next = Ask for the bundle again, and eject the stick safely after copying.
error-bundle-foreign = The bundle { $file } is not for this computer, or comes from an unknown device.
    .safe = What is on this computer is unchanged.
    .next = Check the recipient ({ $recipient }) and ask for the bundle again.
error-bad-operation = An operation that was received cannot be believed ({ $reason ->
    [malformed] malformed
    [version] unknown version
    [too-large] too large
    [bad-hash] wrong hash
    [wrong-key] not this device's key
    [bad-signature] wrong signature
   *[other] { $reason }
 }).
    .safe = It was set aside; everything else is unchanged.
    .next = Give the code below to the district's administrator.
error-recovery-refused = { $reason ->
    [no-sheet] This workspace has no valid recovery sheet.
    [no-district] The district holds no way back into this workspace.
    [no-request] No recovery request waits for an answer on this laptop.
    [garbled] This is not a whole recovery request or answer.
    [wrong-code] The recovery code is not this workspace's, or void.
    [other-workspace] This answer is for another workspace.
    [other-request] This answer is not for the latest request.
    [other-district] This request is not for this district, or was altered.
    [fingerprint] The sixteen digits do not fit the request.
    [unknown-device] The district does not know the laptop that asks.
    [revoked] The laptop that asks was revoked.
   *[other] Recovery is not possible ({ $reason }).
 }
    .safe = Everything is still encrypted and unchanged.
    .next = Check and try again; or use another way back, or restore a backup (with the passphrase of that time).

# What is wrong with a form, before the detail.
form-fault = { $fault ->
    [too-large] The file is too large{": "}
    [too-deep] It is nested too deeply{": "}
    [doctype] A document type is not accepted{": "}
    [xml] This is not well-formed XML{": "}
    [workbook] The workbook is damaged or not an Excel file{": "}
    [duplicate-column] Two columns have the same title{": "}
    [duplicate-sheet] Two sheets have the same name{": "}
    [cell-error] The cell holds an error of Excel{": "}
    [character] There is a character that cannot be used{": "}
    [long-cell] The cell is too long{": "}
    [too-many-rows] There are too many rows, the limit is{": "}
    [too-many-columns] There are too many columns, the limit is{": "}
    [encoding] The text is not UTF-8; save it as UTF-8{": "}
    [kind] Files of this kind cannot be read{": "}
    [csv] This is not well-formed CSV{": "}
    [no-survey] There is no sheet called survey; the sheets are{": "}
    [no-questions] The survey sheet has no questions{": "}
    [unknown-prefix] The prefix is not declared (namespaces on the settings sheet), or a name has blanks{": "}
    [no-model] There is no model{": "}
    [no-instance] There is no instance{": "}
    [missing-node] The instance has no such node{": "}
    [unknown-event] There is no such event{": "}
    [itemset] The list of choices is incomplete{": "}
    [circle] Questions wait for each other in a circle{": "}
   *[other] {""}
 }
error-hotspot-unreachable = Cannot wait for a phone at { $address } ({ $detail }).
    .safe = Nothing was changed.
    .next = Switch the hotspot on and try again, or choose another address.
