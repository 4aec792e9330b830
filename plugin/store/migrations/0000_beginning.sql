CREATE TABLE `access_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`event` integer NOT NULL,
	`accessPoint` text NOT NULL,
	`door` text NOT NULL,
	`presented` text NOT NULL,
	`cardholder` text,
	`reason` text,
	`opened` integer NOT NULL,
	`expires` integer NOT NULL,
	`state` text NOT NULL,
	`decision` text,
	`decidedBy` text,
	`decidedAt` integer,
	`outcome` text
);
--> statement-breakpoint
CREATE INDEX `access_requests_state` ON `access_requests` (`state`,`expires`);--> statement-breakpoint
CREATE INDEX `access_requests_place` ON `access_requests` (`accessPoint`,`presented`);--> statement-breakpoint
CREATE TABLE `alarms` (
	`id` text PRIMARY KEY NOT NULL,
	`event` integer NOT NULL,
	`source` text NOT NULL,
	`type` text NOT NULL,
	`door` text,
	`definition` text,
	`state` integer NOT NULL,
	`priority` integer NOT NULL,
	`opened` integer NOT NULL,
	`changed` integer NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alarms_state` ON `alarms` (`state`,`opened`);--> statement-breakpoint
CREATE INDEX `alarms_source` ON `alarms` (`source`,`type`,`state`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`message` text NOT NULL,
	`permitted` integer NOT NULL,
	`category` text NOT NULL,
	`sourceType` text NOT NULL,
	`sourceName` text NOT NULL,
	`user` text NOT NULL,
	`location` text NOT NULL,
	`onBehalfOf` text,
	`revision` integer
);
--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE TABLE `cardholders` (
	`id` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`version` integer NOT NULL,
	`search` text NOT NULL,
	`sort` text NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `cardholders_sort` ON `cardholders` (`sort`,`id`);--> statement-breakpoint
CREATE INDEX `cardholders_position` ON `cardholders` (`position`);--> statement-breakpoint
CREATE TABLE `changes` (
	`revision` integer NOT NULL,
	`number` integer NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`before` text,
	`after` text,
	PRIMARY KEY(`revision`, `number`)
);
--> statement-breakpoint
CREATE INDEX `changes_object` ON `changes` (`kind`,`id`);--> statement-breakpoint
CREATE TABLE `credential_keys` (
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`credential` text NOT NULL,
	`cardholder` text NOT NULL,
	PRIMARY KEY(`kind`, `key`, `cardholder`, `credential`)
);
--> statement-breakpoint
CREATE INDEX `credential_keys_cardholder` ON `credential_keys` (`cardholder`);--> statement-breakpoint
CREATE TABLE `entities` (
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`position` integer NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`kind`, `id`)
);
--> statement-breakpoint
CREATE TABLE `entries` (
	`cursor` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`controller` text NOT NULL,
	`logId` text NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`stored` integer NOT NULL,
	`type` text NOT NULL,
	`door` text,
	`source` text NOT NULL,
	`body` text NOT NULL,
	`trace` text
);
--> statement-breakpoint
CREATE INDEX `entries_id` ON `entries` (`id`);--> statement-breakpoint
CREATE INDEX `entries_at` ON `entries` (`at`,`cursor`);--> statement-breakpoint
CREATE INDEX `entries_type` ON `entries` (`type`,`at`);--> statement-breakpoint
CREATE INDEX `entries_door` ON `entries` (`door`,`at`);--> statement-breakpoint
CREATE UNIQUE INDEX `entries_log` ON `entries` (`controller`,`logId`,`sequence`);--> statement-breakpoint
CREATE TABLE `entry_people` (
	`cardholder` text NOT NULL,
	`cursor` integer NOT NULL,
	PRIMARY KEY(`cardholder`, `cursor`)
);
--> statement-breakpoint
CREATE INDEX `entry_people_cursor` ON `entry_people` (`cursor`);--> statement-breakpoint
CREATE TABLE `facts` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `failures` (
	`name` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`lockedUntil` integer NOT NULL,
	`last` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `logs` (
	`controller` text NOT NULL,
	`logId` text NOT NULL,
	`next` integer NOT NULL,
	`hash` text,
	`seen` integer NOT NULL,
	PRIMARY KEY(`controller`, `logId`)
);
--> statement-breakpoint
CREATE TABLE `memberships` (
	`group` text NOT NULL,
	`cardholder` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`group`, `cardholder`)
);
--> statement-breakpoint
CREATE INDEX `memberships_cardholder` ON `memberships` (`cardholder`);--> statement-breakpoint
CREATE TABLE `outcomes` (
	`principal` text NOT NULL,
	`key` text NOT NULL,
	`at` integer NOT NULL,
	`request` text NOT NULL,
	`status` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`principal`, `key`)
);
--> statement-breakpoint
CREATE INDEX `outcomes_at` ON `outcomes` (`at`);--> statement-breakpoint
CREATE TABLE `pictures` (
	`cardholder` text PRIMARY KEY NOT NULL,
	`mediaType` text NOT NULL,
	`etag` text NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `revisions` (
	`revision` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	`onBehalfOf` text,
	`site` integer NOT NULL,
	`checksum` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `roles` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`user` text NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL,
	`used` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`roles` text NOT NULL,
	`created` integer NOT NULL,
	`expires` integer,
	`used` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_name_unique` ON `tokens` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`password` text,
	`subject` text,
	`roles` text NOT NULL,
	`disabled` integer NOT NULL,
	`created` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_subject_unique` ON `users` (`subject`);