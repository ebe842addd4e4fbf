-- Made after the first load, when each is one sort.
CREATE INDEX entry_people_person ON entry_people (person);
CREATE INDEX entry_cities_city ON entry_cities (city);
CREATE INDEX entry_locations_location ON entry_locations (location);
CREATE INDEX entry_locations_city ON entry_locations (city);
CREATE INDEX entry_events_event ON entry_events (event);
CREATE INDEX entry_tags_tag ON entry_tags (tag);
CREATE INDEX entry_themes_theme ON entry_themes (theme);
CREATE INDEX entry_related_related ON entry_related (related);
CREATE INDEX entry_dates_date ON entry_dates (date);
CREATE INDEX entry_date_people_person ON entry_date_people (person);
CREATE INDEX spelling_people_person ON spelling_people (person);
CREATE INDEX entry_date_locations_location ON entry_date_locations (location);
CREATE INDEX entry_references_source ON entry_references (source);
CREATE INDEX entry_poems_poem ON entry_poems (poem);
CREATE INDEX aliases_person ON aliases (person);
CREATE INDEX spellings_item ON spellings (item, name, full, alias, mention);
CREATE INDEX files_entry ON files (entry);
CREATE INDEX head_paths_entry ON head_paths (entry);
