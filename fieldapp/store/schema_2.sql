DROP TABLE search;
CREATE TABLE search ( number INTEGER NOT NULL, household VARCHAR NOT NULL, text VARCHAR NOT NULL, PRIMARY KEY (number), UNIQUE (household) );
CREATE VIRTUAL TABLE search_index USING fts5(pieces, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE search_word USING fts5vocab(search_index, row);
DROP INDEX household_place;
CREATE INDEX household_place ON household (village, group_key, id, deleted);
CREATE INDEX member_citizen_id ON member (citizen_id) WHERE citizen_id <> '';
