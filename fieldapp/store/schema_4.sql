CREATE TABLE tie ( record VARCHAR NOT NULL, kind VARCHAR NOT NULL, target VARCHAR NOT NULL, stays VARCHAR NOT NULL, PRIMARY KEY (record, kind, target) );
CREATE INDEX ix_tie_target ON tie (target);
CREATE INDEX tie_stays ON tie (stays) WHERE stays <> '';
