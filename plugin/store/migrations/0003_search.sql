DROP INDEX `cardholders_sort`;--> statement-breakpoint
CREATE INDEX `cardholders_search` ON `cardholders` (`sort`,`id`,`search`);