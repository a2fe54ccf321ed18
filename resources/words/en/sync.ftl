exchange-operations = Exchanging records
exchange-previews = Sending previews
exchange-files-out = Sending files
exchange-files-in = Fetching files

error-bundle-unwritable = The bundle { $file } cannot be written ({ $detail }).
    .safe = Everything is still on this laptop and not marked as sent.
    .next = Check whether the stick is full, write-protected or unplugged, then write it again.
