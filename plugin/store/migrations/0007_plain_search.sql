UPDATE `cardholders` SET `search` = searchable(`search`) WHERE `search` <> searchable(`search`);
