CREATE TABLE `events` (
	`position` integer PRIMARY KEY NOT NULL,
	`logId` text NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`body` text NOT NULL,
	`trace` text,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `facts` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `lookups` (
	`generation` integer NOT NULL,
	`key` text NOT NULL,
	`cardholder` text NOT NULL,
	PRIMARY KEY(`generation`, `key`, `cardholder`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `people` (
	`generation` integer NOT NULL,
	`id` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`generation`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`sealed` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `shares` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sites` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`revision` text NOT NULL,
	`checksum` text NOT NULL,
	`generation` integer NOT NULL,
	`appliedAt` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `state` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
