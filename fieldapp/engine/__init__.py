"""ODK XForms: text in, values out; no disk, no Qt, no SQL."""
