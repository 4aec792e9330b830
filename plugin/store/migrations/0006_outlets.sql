CREATE TABLE `dead_letters` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`outlet` text NOT NULL,
	`cursor` integer NOT NULL,
	`at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`message` text NOT NULL,
	`queued` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dead_letters_outlet` ON `dead_letters` (`outlet`,`number`);--> statement-breakpoint
CREATE TABLE `outlets` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created` integer NOT NULL,
	`settings` text NOT NULL,
	`progress` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outlets_name_unique` ON `outlets` (`name`);