ALTER TABLE `alarms` ADD `due` integer;--> statement-breakpoint
CREATE INDEX `alarms_due` ON `alarms` (`state`,`due`);