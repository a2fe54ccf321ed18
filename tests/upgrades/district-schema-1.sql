CREATE TABLE area (
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    parent VARCHAR NOT NULL,
    PRIMARY KEY (code)
);
CREATE TABLE fact (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE file (
    sha VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    device VARCHAR NOT NULL,
    received_at VARCHAR NOT NULL,
    PRIMARY KEY (sha)
);
CREATE TABLE fileref (
    vil VARCHAR NOT NULL,
    sha VARCHAR NOT NULL,
    PRIMARY KEY (vil, sha)
);
CREATE TABLE form (
    form VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    xform VARCHAR NOT NULL,
    published_at VARCHAR NOT NULL,
    PRIMARY KEY (form, version)
);
CREATE TABLE formfile (
    form VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (form, version, name)
);
CREATE TABLE op (
    vil VARCHAR NOT NULL,
    vseq BIGINT NOT NULL,
    id VARCHAR NOT NULL,
    rec VARCHAR NOT NULL,
    dev VARCHAR NOT NULL,
    sender VARCHAR NOT NULL,
    received_at VARCHAR NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (vil, vseq),
    UNIQUE (vil, id)
);
CREATE INDEX ix_op_rec ON op (rec);
CREATE TABLE person (
    id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);
CREATE TABLE quarantine (
    sender VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    vil VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    received_at VARCHAR NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (sender, id)
);
CREATE TABLE record (
    vil VARCHAR NOT NULL,
    rec VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    heads VARCHAR NOT NULL,
    in_conflict BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (vil, rec)
);
CREATE TABLE villagecounter (
    vil VARCHAR NOT NULL,
    n BIGINT NOT NULL,
    xor VARCHAR NOT NULL,
    last_seen VARCHAR NOT NULL,
    PRIMARY KEY (vil)
);
CREATE TABLE device (
    id VARCHAR NOT NULL,
    public_key BLOB NOT NULL,
    seal_key BLOB NOT NULL,
    name VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    enrolled_at VARCHAR NOT NULL,
    revoked_at VARCHAR NOT NULL,
    last_seen VARCHAR NOT NULL,
    cursors VARCHAR NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person) REFERENCES person (id)
);
CREATE TABLE enrolcode (
    hash VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    area VARCHAR NOT NULL,
    expires_at VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    PRIMARY KEY (hash),
    FOREIGN KEY(person) REFERENCES person (id)
);
