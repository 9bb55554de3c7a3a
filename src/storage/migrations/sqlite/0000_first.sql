CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`expires` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `counters` (
	`account` integer PRIMARY KEY NOT NULL,
	`modseq` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `blobs` (
	`hash` text PRIMARY KEY NOT NULL,
	`size` integer NOT NULL,
	`segment` integer NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	`codec` integer NOT NULL,
	`refs` integer NOT NULL,
	`idle` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `blobs_segment_offset` ON `blobs` (`segment`,`offset`);
--> statement-breakpoint
CREATE INDEX `blobs_idle` ON `blobs` (`idle`) WHERE "blobs"."idle" > 0;
--> statement-breakpoint
CREATE TABLE `members` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`address` text NOT NULL,
	`name` text NOT NULL,
	`admin` integer NOT NULL,
	`disabled` integer NOT NULL,
	`version` integer NOT NULL,
	`scramSalt` text NOT NULL,
	`created` integer NOT NULL,
	`deleted` integer NOT NULL,
	`erased` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `members_deleted` ON `members` (`deleted`);
--> statement-breakpoint
CREATE INDEX `members_admin` ON `members` (`admin`);
--> statement-breakpoint
CREATE TABLE `domains` (
	`domain` text PRIMARY KEY NOT NULL,
	`created` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `addresses` (
	`address` text PRIMARY KEY NOT NULL,
	`domain` text NOT NULL,
	`kind` text NOT NULL,
	`member` integer NOT NULL,
	`heldUntil` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `addresses_domain` ON `addresses` (`domain`);
--> statement-breakpoint
CREATE INDEX `addresses_member` ON `addresses` (`member`);
--> statement-breakpoint
CREATE TABLE `alias_targets` (
	`alias` text NOT NULL,
	`position` integer NOT NULL,
	`target` text NOT NULL,
	`lookup` text NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`alias`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `alias_targets_lookup` ON `alias_targets` (`lookup`);
--> statement-breakpoint
CREATE TABLE `credentials` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`tag` text NOT NULL,
	`hash` text NOT NULL,
	`scramSha1` text NOT NULL,
	`scramSha256` text NOT NULL,
	`scopes` text NOT NULL,
	`created` integer NOT NULL,
	`lastUsed` integer NOT NULL,
	`revoked` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `credentials_member` ON `credentials` (`member`);
--> statement-breakpoint
CREATE TABLE `sign_in_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`member` integer NOT NULL,
	`expires` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `sign_in_tokens_member` ON `sign_in_tokens` (`member`);
--> statement-breakpoint
CREATE TABLE `api_tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member` integer NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL,
	`revoked` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `api_tokens_member` ON `api_tokens` (`member`);
--> statement-breakpoint
CREATE INDEX `api_tokens_hash` ON `api_tokens` (`hash`);
--> statement-breakpoint
CREATE TABLE `account_secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_archives` (
	`archive` integer PRIMARY KEY NOT NULL,
	`kind` integer NOT NULL,
	`lastId` integer NOT NULL,
	`lastAt` integer NOT NULL,
	`beforeAt` integer NOT NULL,
	`rows` integer NOT NULL,
	`groupchat` integer NOT NULL,
	`offline` integer NOT NULL,
	`indexed` integer NOT NULL,
	`unindexed` integer NOT NULL,
	`firstAt` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_archives_kind_firstAt` ON `conversation_archives` (`kind`,`firstAt`);
--> statement-breakpoint
CREATE TABLE `conversation_messages` (
	`archive` integer NOT NULL,
	`id` integer NOT NULL,
	`at` integer NOT NULL,
	`peer` text NOT NULL,
	`resource` text NOT NULL,
	`outgoing` integer NOT NULL,
	`type` integer NOT NULL,
	`hidden` integer NOT NULL,
	`redacted` integer NOT NULL,
	`messageId` text,
	`originId` text,
	`occupantId` text,
	`body` text,
	`stanza` text NOT NULL,
	PRIMARY KEY(`archive`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_messages_archive_peer_id` ON `conversation_messages` (`archive`,`peer`,`id`);
--> statement-breakpoint
CREATE INDEX `conversation_messages_archive_messageId` ON `conversation_messages` (`archive`,`messageId`);
--> statement-breakpoint
CREATE INDEX `conversation_messages_archive_originId` ON `conversation_messages` (`archive`,`originId`) WHERE "conversation_messages"."originId" is not null;
--> statement-breakpoint
CREATE TABLE `conversation_offline` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_words` (
	`archive` integer NOT NULL,
	`word` blob NOT NULL,
	`id` integer NOT NULL,
	PRIMARY KEY(`archive`, `word`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `collections` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`home` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`details` text NOT NULL,
	`items` integer NOT NULL,
	`bytes` integer NOT NULL,
	`modseq` integer NOT NULL,
	`created` integer NOT NULL,
	`modified` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `collections_account_home_name` ON `collections` (`account`,`home`,`name`);
--> statement-breakpoint
CREATE TABLE `collection_accounts` (
	`account` integer PRIMARY KEY NOT NULL,
	`nextId` integer NOT NULL,
	`bytes` integer NOT NULL,
	`properties` integer NOT NULL,
	`doomed` integer NOT NULL,
	`horizon` integer NOT NULL,
	`lostFrom` integer NOT NULL,
	`lostTo` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `collection_accounts_doomed` ON `collection_accounts` (`doomed`) WHERE "collection_accounts"."doomed" > 0;
--> statement-breakpoint
CREATE TABLE `collection_items` (
	`account` integer NOT NULL,
	`collection` integer NOT NULL,
	`name` text NOT NULL,
	`id` integer NOT NULL,
	`uid` text NOT NULL,
	`component` text NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`first` integer NOT NULL,
	`last` integer NOT NULL,
	`digest` text NOT NULL,
	`scheduleTag` text NOT NULL,
	`created` integer NOT NULL,
	`modified` integer NOT NULL,
	`modseq` integer NOT NULL,
	PRIMARY KEY(`account`, `collection`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `collection_items_account_id` ON `collection_items` (`account`,`id`);
--> statement-breakpoint
CREATE INDEX `collection_items_account_uid_collection` ON `collection_items` (`account`,`uid`,`collection`);
--> statement-breakpoint
CREATE INDEX `collection_items_account_collection_last_first_component_name` ON `collection_items` (`account`,`collection`,`last`,`first`,`component`,`name`);
--> statement-breakpoint
CREATE INDEX `collection_items_account_collection_modseq` ON `collection_items` (`account`,`collection`,`modseq`);
--> statement-breakpoint
CREATE TABLE `collection_bytes` (
	`account` integer NOT NULL,
	`item` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`account`, `item`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `collection_gone` (
	`account` integer NOT NULL,
	`collection` integer NOT NULL,
	`name` text NOT NULL,
	`modseq` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account`, `collection`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `collection_gone_account_collection_modseq` ON `collection_gone` (`account`,`collection`,`modseq`);
--> statement-breakpoint
CREATE INDEX `collection_gone_account_modseq` ON `collection_gone` (`account`,`modseq`);
--> statement-breakpoint
CREATE TABLE `collection_properties` (
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`xml` text NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`account`, `node`, `namespace`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `collection_attachments` (
	`account` integer NOT NULL,
	`managedId` text NOT NULL,
	`item` integer NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`filename` text NOT NULL,
	`created` integer NOT NULL,
	PRIMARY KEY(`account`, `managedId`, `item`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `collection_attachments_account_item` ON `collection_attachments` (`account`,`item`);
--> statement-breakpoint
CREATE TABLE `collection_jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` integer NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`lane` text NOT NULL,
	`payload` text NOT NULL,
	`bytes` integer NOT NULL,
	`due` integer NOT NULL,
	`attempts` integer NOT NULL,
	`outward` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `collection_jobs_account_kind_key` ON `collection_jobs` (`account`,`kind`,`key`);
--> statement-breakpoint
CREATE INDEX `collection_jobs_kind_due` ON `collection_jobs` (`kind`,`due`);
--> statement-breakpoint
CREATE INDEX `collection_jobs_account_kind_lane` ON `collection_jobs` (`account`,`kind`,`lane`);
--> statement-breakpoint
CREATE TABLE `collection_shares` (
	`account` integer NOT NULL,
	`collection` integer NOT NULL,
	`member` integer NOT NULL,
	`address` text NOT NULL,
	`rights` text NOT NULL,
	`state` text NOT NULL,
	`details` text NOT NULL,
	`summary` text NOT NULL,
	`created` integer NOT NULL,
	PRIMARY KEY(`account`, `collection`, `member`, `address`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `collection_shares_address` ON `collection_shares` (`address`);
--> statement-breakpoint
CREATE INDEX `collection_shares_member` ON `collection_shares` (`member`) WHERE "collection_shares"."member" > 0;
--> statement-breakpoint
CREATE TABLE `collection_delegates` (
	`account` integer NOT NULL,
	`rights` text NOT NULL,
	`member` integer NOT NULL,
	`address` text NOT NULL,
	PRIMARY KEY(`account`, `rights`, `member`, `address`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `collection_delegates_address` ON `collection_delegates` (`address`);
--> statement-breakpoint
CREATE INDEX `collection_delegates_member` ON `collection_delegates` (`member`) WHERE "collection_delegates"."member" > 0;
--> statement-breakpoint
CREATE TABLE `collection_publications` (
	`token` text PRIMARY KEY NOT NULL,
	`account` integer NOT NULL,
	`collection` integer NOT NULL,
	`rights` text NOT NULL,
	`created` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `collection_publications_account_collection` ON `collection_publications` (`account`,`collection`);
--> statement-breakpoint
CREATE TABLE `ledger_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`coop` text NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `ledger_accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`owner` integer NOT NULL,
	`salt` blob NOT NULL,
	`shown` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_accounts_name` ON `ledger_accounts` (`name`);
--> statement-breakpoint
CREATE INDEX `ledger_accounts_owner` ON `ledger_accounts` (`owner`);
--> statement-breakpoint
CREATE TABLE `ledger_entries` (
	`seq` integer PRIMARY KEY NOT NULL,
	`date` text NOT NULL,
	`month` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`memo` text NOT NULL,
	`draft` text NOT NULL,
	`hash` text NOT NULL,
	`reverses` integer NOT NULL,
	`sealed` integer NOT NULL,
	`isSealed` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `ledger_entries_key` ON `ledger_entries` (`key`);
--> statement-breakpoint
CREATE INDEX `ledger_entries_month_seq` ON `ledger_entries` (`month`,`seq`);
--> statement-breakpoint
CREATE INDEX `ledger_entries_reverses` ON `ledger_entries` (`reverses`) WHERE "ledger_entries"."reverses" > 0;
--> statement-breakpoint
CREATE TABLE `ledger_postings` (
	`seq` integer NOT NULL,
	`n` integer NOT NULL,
	`account` integer NOT NULL,
	`asset` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`seq`, `n`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ledger_postings_account_asset_seq_amount` ON `ledger_postings` (`account`,`asset`,`seq`,`amount`);
--> statement-breakpoint
CREATE TABLE `ledger_balances` (
	`account` integer NOT NULL,
	`asset` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`account`, `asset`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_closed` (
	`month` text PRIMARY KEY NOT NULL,
	`closed` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `ledger_checkpoints` (
	`size` integer PRIMARY KEY NOT NULL,
	`root` text NOT NULL,
	`peaks` text NOT NULL,
	`at` integer NOT NULL,
	`note` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `ledger_nodes` (
	`height` integer NOT NULL,
	`n` integer NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`height`, `n`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `api_answers` (
	`account` integer NOT NULL,
	`key` text NOT NULL,
	`print` text NOT NULL,
	`status` integer NOT NULL,
	`location` text NOT NULL,
	`body` text NOT NULL,
	`person` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account`, `key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_answers_at` ON `api_answers` (`at`);
--> statement-breakpoint
CREATE INDEX `api_answers_person` ON `api_answers` (`person`);
--> statement-breakpoint
CREATE TABLE `acts_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`n` integer NOT NULL,
	`hash` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `acts_log` (
	`n` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`account` integer NOT NULL,
	`member` integer NOT NULL,
	`via` text NOT NULL,
	`roles` text NOT NULL,
	`verb` text NOT NULL,
	`subject` text NOT NULL,
	`key` text NOT NULL,
	`body` text NOT NULL,
	`hash` text NOT NULL,
	`answer` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `acts_log_account_key` ON `acts_log` (`account`,`key`);
--> statement-breakpoint
CREATE INDEX `acts_log_subject_n` ON `acts_log` (`subject`,`n`);
--> statement-breakpoint
CREATE TABLE `acts_decisions` (
	`act` integer PRIMARY KEY NOT NULL,
	`reference` text NOT NULL,
	`kind` text NOT NULL,
	`day` text NOT NULL,
	`title` text NOT NULL,
	`document` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `acts_decisions_reference` ON `acts_decisions` (`reference`);
--> statement-breakpoint
CREATE TABLE `acts_same` (
	`account` integer PRIMARY KEY NOT NULL,
	`person` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `acts_same_person` ON `acts_same` (`person`);
--> statement-breakpoint
CREATE TABLE `acts_roles` (
	`account` integer NOT NULL,
	`role` text NOT NULL,
	`act` integer NOT NULL,
	PRIMARY KEY(`account`, `role`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bank_expected` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`reference` text NOT NULL,
	`purpose` text NOT NULL,
	`subject` integer NOT NULL,
	`amount` integer NOT NULL,
	`received` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`created` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_expected_reference` ON `bank_expected` (`reference`);
--> statement-breakpoint
CREATE INDEX `bank_expected_purpose_subject` ON `bank_expected` (`purpose`,`subject`);
--> statement-breakpoint
CREATE TABLE `bank_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`at` integer NOT NULL,
	`by` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_files_hash` ON `bank_files` (`hash`);
--> statement-breakpoint
CREATE TABLE `bank_statements` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`file` integer NOT NULL,
	`account` text NOT NULL,
	`name` text NOT NULL,
	`first` text NOT NULL,
	`last` text NOT NULL,
	`opening` integer,
	`closing` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_statements_account_name` ON `bank_statements` (`account`,`name`);
--> statement-breakpoint
CREATE INDEX `bank_statements_account_last_first_id` ON `bank_statements` (`account`,`last`,`first`,`id`);
--> statement-breakpoint
CREATE TABLE `bank_lines` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`statement` integer NOT NULL,
	`account` text NOT NULL,
	`reference` text NOT NULL,
	`n` integer NOT NULL,
	`day` text NOT NULL,
	`amount` integer NOT NULL,
	`left` integer NOT NULL,
	`endToEndId` text NOT NULL,
	`payment` text NOT NULL,
	`rf` text NOT NULL,
	`remittance` text NOT NULL,
	`name` text NOT NULL,
	`iban` text NOT NULL,
	`returned` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `bank_lines_statement_reference_n` ON `bank_lines` (`statement`,`reference`,`n`);
--> statement-breakpoint
CREATE INDEX `bank_lines_account_reference` ON `bank_lines` (`account`,`reference`);
--> statement-breakpoint
CREATE INDEX `bank_lines_state_id` ON `bank_lines` (`state`,`id`);
--> statement-breakpoint
CREATE TABLE `bank_matches` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`line` integer NOT NULL,
	`expected` integer NOT NULL,
	`account` text NOT NULL,
	`run` integer NOT NULL,
	`items` text NOT NULL,
	`amount` integer NOT NULL,
	`memo` text NOT NULL,
	`state` text NOT NULL,
	`by` integer NOT NULL,
	`at` integer NOT NULL,
	`second` integer NOT NULL,
	`decided` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `bank_matches_line` ON `bank_matches` (`line`);
--> statement-breakpoint
CREATE INDEX `bank_matches_expected` ON `bank_matches` (`expected`);
--> statement-breakpoint
CREATE INDEX `bank_matches_state_id` ON `bank_matches` (`state`,`id`);
--> statement-breakpoint
CREATE TABLE `parties_parties` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`details` text NOT NULL,
	`created` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `parties_invoices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`series` text NOT NULL,
	`n` integer NOT NULL,
	`number` text NOT NULL,
	`party` integer NOT NULL,
	`sold` text NOT NULL,
	`of` integer NOT NULL,
	`date` text NOT NULL,
	`due` text NOT NULL,
	`currency` text NOT NULL,
	`lines` text NOT NULL,
	`rate` text NOT NULL,
	`tax` text NOT NULL,
	`net` integer NOT NULL,
	`vat` integer NOT NULL,
	`gross` integer NOT NULL,
	`credited` integer NOT NULL,
	`creditedNet` integer NOT NULL,
	`received` integer NOT NULL,
	`reference` text NOT NULL,
	`seller` text NOT NULL,
	`buyer` text NOT NULL,
	`paper` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `parties_invoices_series_n` ON `parties_invoices` (`series`,`n`);
--> statement-breakpoint
CREATE INDEX `parties_invoices_party_id` ON `parties_invoices` (`party`,`id`);
--> statement-breakpoint
CREATE INDEX `parties_invoices_of` ON `parties_invoices` (`of`) WHERE "parties_invoices"."of" > 0;
--> statement-breakpoint
CREATE TABLE `parties_receipts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`invoice` integer NOT NULL,
	`line` integer NOT NULL,
	`day` text NOT NULL,
	`amount` integer NOT NULL,
	`net` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `parties_receipts_invoice` ON `parties_receipts` (`invoice`);
--> statement-breakpoint
CREATE INDEX `parties_receipts_day` ON `parties_receipts` (`day`);
--> statement-breakpoint
CREATE TABLE `payouts_turnover` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`source` text NOT NULL,
	`month` text NOT NULL,
	`day` text NOT NULL,
	`amount` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `payouts_turnover_source` ON `payouts_turnover` (`source`);
--> statement-breakpoint
CREATE INDEX `payouts_turnover_month` ON `payouts_turnover` (`month`);
--> statement-breakpoint
CREATE TABLE `payouts_months` (
	`month` text PRIMARY KEY NOT NULL,
	`received` integer NOT NULL,
	`credited` integer NOT NULL,
	`turnoverBefore` integer NOT NULL,
	`turnover` integer NOT NULL,
	`poolBefore` integer NOT NULL,
	`pool` integer NOT NULL,
	`coins` integer NOT NULL,
	`coinsLeft` integer NOT NULL,
	`members` integer NOT NULL,
	`paid` integer NOT NULL,
	`root` text NOT NULL,
	`entry` integer NOT NULL,
	`linesWaiting` integer NOT NULL,
	`despite` text NOT NULL,
	`closed` integer NOT NULL,
	`by` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payouts_shares` (
	`month` text NOT NULL,
	`member` integer NOT NULL,
	`coins` integer NOT NULL,
	`paid` integer NOT NULL,
	`salt` blob NOT NULL,
	`place` integer NOT NULL,
	PRIMARY KEY(`month`, `member`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `payouts_shares_member_month` ON `payouts_shares` (`member`,`month`);
--> statement-breakpoint
CREATE TABLE `payouts_tree` (
	`month` text NOT NULL,
	`level` integer NOT NULL,
	`chunk` integer NOT NULL,
	`nodes` blob NOT NULL,
	PRIMARY KEY(`month`, `level`, `chunk`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `payouts_runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`purpose` text NOT NULL,
	`about` text NOT NULL,
	`state` text NOT NULL,
	`total` integer NOT NULL,
	`count` integer NOT NULL,
	`prepared` integer NOT NULL,
	`preparedBy` text NOT NULL,
	`approved` integer NOT NULL,
	`exported` integer NOT NULL,
	`exportedBy` text NOT NULL,
	`file` text NOT NULL,
	`day` text NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`entry` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `payouts_runs_state_id` ON `payouts_runs` (`state`,`id`);
--> statement-breakpoint
CREATE INDEX `payouts_runs_file` ON `payouts_runs` (`file`);
--> statement-breakpoint
CREATE TABLE `payouts_items` (
	`run` integer NOT NULL,
	`n` integer NOT NULL,
	`member` integer NOT NULL,
	`amount` integer NOT NULL,
	`name` text NOT NULL,
	`iban` text NOT NULL,
	`ibanChanged` text NOT NULL,
	`endToEndId` text NOT NULL,
	`settled` text NOT NULL,
	`returned` text NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`run`, `n`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payouts_items_endToEndId` ON `payouts_items` (`endToEndId`);
--> statement-breakpoint
CREATE INDEX `payouts_items_member_run` ON `payouts_items` (`member`,`run`);
--> statement-breakpoint
CREATE TABLE `payouts_parts` (
	`run` integer NOT NULL,
	`n` integer NOT NULL,
	`account` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`run`, `n`, `account`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payouts_approvals` (
	`run` integer NOT NULL,
	`person` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`run`, `person`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payouts_years` (
	`year` text PRIMARY KEY NOT NULL,
	`from` text NOT NULL,
	`until` text NOT NULL,
	`result` integer NOT NULL,
	`covered` integer NOT NULL,
	`allocated` text NOT NULL,
	`distributable` integer NOT NULL,
	`capital` integer NOT NULL,
	`interestMost` integer NOT NULL,
	`interest` integer NOT NULL,
	`levied` text NOT NULL,
	`net` integer NOT NULL,
	`members` integer NOT NULL,
	`free` integer NOT NULL,
	`decision` text NOT NULL,
	`linesWaiting` integer NOT NULL,
	`despite` text NOT NULL,
	`day` text NOT NULL,
	`closed` integer NOT NULL,
	`by` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `payouts_years_day` ON `payouts_years` (`day`);
--> statement-breakpoint
CREATE TABLE `payouts_interest` (
	`year` text NOT NULL,
	`member` integer NOT NULL,
	`weight` integer NOT NULL,
	`gross` integer NOT NULL,
	`levied` text NOT NULL,
	`net` integer NOT NULL,
	PRIMARY KEY(`year`, `member`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `payouts_interest_member_year` ON `payouts_interest` (`member`,`year`);
--> statement-breakpoint
CREATE TABLE `register_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`persons` integer NOT NULL,
	`nominal` integer NOT NULL,
	`shares` integer NOT NULL,
	`uncalled` integer NOT NULL,
	`highest` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `register_persons` (
	`number` integer PRIMARY KEY NOT NULL,
	`account` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`address` text NOT NULL,
	`country` text NOT NULL,
	`birth` text NOT NULL,
	`iban` text NOT NULL,
	`holder` text NOT NULL,
	`standing` text NOT NULL,
	`shares` integer NOT NULL,
	`uncalled` integer NOT NULL,
	`queued` integer NOT NULL,
	`admission` text NOT NULL,
	`moved` text NOT NULL,
	`ibanChanged` integer NOT NULL,
	`waiting` integer NOT NULL,
	`salt` blob NOT NULL,
	`shown` text NOT NULL,
	`version` integer NOT NULL,
	`created` integer NOT NULL,
	`erased` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_persons_standing_number` ON `register_persons` (`standing`,`number`);
--> statement-breakpoint
CREATE INDEX `register_persons_account` ON `register_persons` (`account`) WHERE "register_persons"."account" > 0;
--> statement-breakpoint
CREATE TABLE `register_payee_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person` integer NOT NULL,
	`iban` text NOT NULL,
	`holder` text NOT NULL,
	`account` integer NOT NULL,
	`ibanBefore` text NOT NULL,
	`holderBefore` text NOT NULL,
	`accountBefore` integer NOT NULL,
	`state` text NOT NULL,
	`by` integer NOT NULL,
	`byMember` integer NOT NULL,
	`second` integer NOT NULL,
	`asked` integer NOT NULL,
	`decided` integer NOT NULL,
	`until` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_payee_changes_person` ON `register_payee_changes` (`person`);
--> statement-breakpoint
CREATE INDEX `register_payee_changes_state_id` ON `register_payee_changes` (`state`,`id`);
--> statement-breakpoint
CREATE TABLE `register_notices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`change` integer NOT NULL,
	`kind` text NOT NULL,
	`account` integer NOT NULL,
	`sent` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_notices_change` ON `register_notices` (`change`);
--> statement-breakpoint
CREATE INDEX `register_notices_sent_id` ON `register_notices` (`sent`,`id`);
--> statement-breakpoint
CREATE TABLE `register_consents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person` integer NOT NULL,
	`purpose` text NOT NULL,
	`text` text NOT NULL,
	`version` text NOT NULL,
	`given` integer NOT NULL,
	`withdrawn` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_consents_person_purpose` ON `register_consents` (`person`,`purpose`);
--> statement-breakpoint
CREATE TABLE `register_applications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person` integer NOT NULL,
	`shares` integer NOT NULL,
	`state` text NOT NULL,
	`cap` integer NOT NULL,
	`due` integer NOT NULL,
	`paid` integer NOT NULL,
	`paidOn` text NOT NULL,
	`decision` text NOT NULL,
	`decidedOn` text NOT NULL,
	`requestedOn` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_applications_person` ON `register_applications` (`person`);
--> statement-breakpoint
CREATE INDEX `register_applications_state_id` ON `register_applications` (`state`,`id`);
--> statement-breakpoint
CREATE TABLE `register_movements` (
	`seq` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`effective` text NOT NULL,
	`recorded` integer NOT NULL,
	`decision` text NOT NULL,
	`person` integer NOT NULL,
	`other` integer NOT NULL,
	`shares` integer NOT NULL,
	`amount` integer NOT NULL,
	`cancels` integer NOT NULL,
	`entry` integer NOT NULL,
	`about` integer NOT NULL,
	`hash` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_movements_person_seq` ON `register_movements` (`person`,`seq`);
--> statement-breakpoint
CREATE INDEX `register_movements_other` ON `register_movements` (`other`) WHERE "register_movements"."other" > 0;
--> statement-breakpoint
CREATE INDEX `register_movements_cancels` ON `register_movements` (`cancels`) WHERE "register_movements"."cancels" > 0;
--> statement-breakpoint
CREATE TABLE `register_lines` (
	`person` integer NOT NULL,
	`on` text NOT NULL,
	`seq` integer NOT NULL,
	`shares` integer NOT NULL,
	`uncalled` integer NOT NULL,
	`queued` integer NOT NULL,
	`votes` integer NOT NULL,
	PRIMARY KEY(`person`, `on`, `seq`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `register_lines_seq` ON `register_lines` (`seq`);
--> statement-breakpoint
CREATE TABLE `register_requests` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person` integer NOT NULL,
	`cause` text NOT NULL,
	`shares` integer NOT NULL,
	`left` integer NOT NULL,
	`asked` text NOT NULL,
	`due` text NOT NULL,
	`latest` text NOT NULL,
	`state` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_requests_state_id` ON `register_requests` (`state`,`id`);
--> statement-breakpoint
CREATE INDEX `register_requests_person` ON `register_requests` (`person`);
--> statement-breakpoint
CREATE TABLE `register_calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`person` integer NOT NULL,
	`amount` integer NOT NULL,
	`paid` integer NOT NULL,
	`decision` text NOT NULL,
	`calledOn` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_calls_person` ON `register_calls` (`person`);
--> statement-breakpoint
CREATE TABLE `register_certificates` (
	`code` text PRIMARY KEY NOT NULL,
	`person` integer NOT NULL,
	`said` text NOT NULL,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `register_certificates_person` ON `register_certificates` (`person`);
--> statement-breakpoint
CREATE TABLE `file_nodes` (
	`account` integer NOT NULL,
	`parent` integer NOT NULL,
	`nameKey` text NOT NULL,
	`id` integer NOT NULL,
	`name` text,
	`kind` integer NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`checksum` text NOT NULL,
	`created` integer NOT NULL,
	`modified` integer NOT NULL,
	`modseq` integer NOT NULL,
	`stamp` integer NOT NULL,
	`version` integer NOT NULL,
	`files` integer NOT NULL,
	`folders` integer NOT NULL,
	`height` integer NOT NULL,
	PRIMARY KEY(`account`, `parent`, `nameKey`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `file_nodes_account_id` ON `file_nodes` (`account`,`id`);
--> statement-breakpoint
CREATE INDEX `file_nodes_account_parent_modseq` ON `file_nodes` (`account`,`parent`,`modseq`);
--> statement-breakpoint
CREATE TABLE `file_accounts` (
	`account` integer PRIMARY KEY NOT NULL,
	`nextId` integer NOT NULL,
	`quota` integer,
	`kept` integer NOT NULL,
	`properties` integer NOT NULL,
	`doomed` integer NOT NULL,
	`horizon` integer NOT NULL,
	`lostFrom` integer NOT NULL,
	`lostTo` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `file_versions` (
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`number` integer NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`checksum` text NOT NULL,
	`modified` integer NOT NULL,
	`replaced` integer NOT NULL,
	PRIMARY KEY(`account`, `node`, `number`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_versions_account_replaced` ON `file_versions` (`account`,`replaced`);
--> statement-breakpoint
CREATE TABLE `file_trash` (
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`parent` integer NOT NULL,
	`path` text NOT NULL,
	`size` integer NOT NULL,
	`removed` integer NOT NULL,
	`by` integer NOT NULL,
	PRIMARY KEY(`account`, `node`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_trash_account_removed` ON `file_trash` (`account`,`removed`);
--> statement-breakpoint
CREATE TABLE `file_gone` (
	`account` integer NOT NULL,
	`parent` integer NOT NULL,
	`nameKey` text NOT NULL,
	`name` text NOT NULL,
	`kind` integer NOT NULL,
	`modseq` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account`, `parent`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_gone_account_parent_modseq` ON `file_gone` (`account`,`parent`,`modseq`);
--> statement-breakpoint
CREATE INDEX `file_gone_account_modseq` ON `file_gone` (`account`,`modseq`);
--> statement-breakpoint
CREATE TABLE `file_properties` (
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`xml` text NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`account`, `node`, `namespace`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `file_locks` (
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`token` text NOT NULL,
	`scope` text NOT NULL,
	`depth` text NOT NULL,
	`owner` text NOT NULL,
	`principal` integer NOT NULL,
	`root` text NOT NULL,
	`expires` integer NOT NULL,
	`seconds` integer NOT NULL,
	PRIMARY KEY(`account`, `node`, `token`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_locks_expires` ON `file_locks` (`expires`);
--> statement-breakpoint
CREATE TABLE `mail_accounts` (
	`account` integer PRIMARY KEY NOT NULL,
	`nextMailbox` integer NOT NULL,
	`nextEmail` integer NOT NULL,
	`lastValidity` integer NOT NULL,
	`searched` integer NOT NULL,
	`used` integer NOT NULL,
	`messages` integer NOT NULL,
	`quota` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailboxes` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`name` text NOT NULL,
	`objectId` text NOT NULL,
	`specialUse` text,
	`uidValidity` integer NOT NULL,
	`uidNext` integer NOT NULL,
	`highestModseq` integer NOT NULL,
	`listedModseq` integer NOT NULL,
	`countedModseq` integer NOT NULL,
	`messages` integer NOT NULL,
	`unseen` integer NOT NULL,
	`deleted` integer NOT NULL,
	`size` integer NOT NULL,
	`recentUid` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mailboxes_account_name` ON `mailboxes` (`account`,`name`);
--> statement-breakpoint
CREATE INDEX `mailboxes_account_highestModseq` ON `mailboxes` (`account`,`highestModseq`);
--> statement-breakpoint
CREATE TABLE `name_events` (
	`account` integer NOT NULL,
	`modseq` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`formerName` text,
	PRIMARY KEY(`account`, `modseq`, `mailbox`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailboxes_gone` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`name` text NOT NULL,
	`objectId` text NOT NULL,
	`modseq` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailboxes_gone_account_modseq` ON `mailboxes_gone` (`account`,`modseq`);
--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`account` integer NOT NULL,
	`name` text NOT NULL,
	`modseq` integer NOT NULL,
	PRIMARY KEY(`account`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `messages` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`uid` integer NOT NULL,
	`modseq` integer NOT NULL,
	`flags` integer NOT NULL,
	`keywords` text NOT NULL,
	`received` integer NOT NULL,
	`receivedZone` integer NOT NULL,
	`saved` integer NOT NULL,
	`size` integer NOT NULL,
	`email` integer NOT NULL,
	PRIMARY KEY(`account`, `mailbox`, `uid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `messages_account_mailbox_modseq` ON `messages` (`account`,`mailbox`,`modseq`);
--> statement-breakpoint
CREATE TABLE `expunged` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`uid` integer NOT NULL,
	`modseq` integer NOT NULL,
	PRIMARY KEY(`account`, `mailbox`, `uid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `expunged_account_mailbox_modseq` ON `expunged` (`account`,`mailbox`,`modseq`);
--> statement-breakpoint
CREATE TABLE `gone_blocks` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`block` integer NOT NULL,
	`gone` integer NOT NULL,
	PRIMARY KEY(`account`, `mailbox`, `block`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `emails` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`headerLength` integer NOT NULL,
	`sentAt` integer,
	`envelope` text NOT NULL,
	`bodyStructure` text NOT NULL,
	`body` text NOT NULL,
	`structure` text NOT NULL,
	`preview` text NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `email_shares` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`more` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `email_orders` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`sentAt` integer,
	`fromMailbox` text NOT NULL,
	`toMailbox` text NOT NULL,
	`ccMailbox` text NOT NULL,
	`fromDisplay` text NOT NULL,
	`toDisplay` text NOT NULL,
	`baseSubject` text NOT NULL,
	`isReply` integer NOT NULL,
	`messageKey` text,
	`parentKeys` text NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `search_texts` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`sentDay` integer,
	`fields` text,
	`text` blob,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `search_waiting` (
	`account` integer NOT NULL,
	`id` integer NOT NULL,
	`columns` blob NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `search_blocks` (
	`account` integer NOT NULL,
	`block` integer NOT NULL,
	`owners` blob NOT NULL,
	PRIMARY KEY(`account`, `block`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `search_slices` (
	`account` integer NOT NULL,
	`block` integer NOT NULL,
	`part` integer NOT NULL,
	`bits` blob NOT NULL,
	PRIMARY KEY(`account`, `block`, `part`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailbox_rights` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`grantee` integer NOT NULL,
	`rights` text NOT NULL,
	`denied` text NOT NULL,
	PRIMARY KEY(`account`, `mailbox`, `grantee`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailbox_rights_grantee` ON `mailbox_rights` (`grantee`);
--> statement-breakpoint
CREATE TABLE `mailbox_keywords` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`keywords` text NOT NULL,
	PRIMARY KEY(`account`, `mailbox`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_metadata` (
	`account` integer NOT NULL,
	`mailbox` integer NOT NULL,
	`owner` integer NOT NULL,
	`entry` text NOT NULL,
	`modseq` integer NOT NULL,
	`size` integer NOT NULL,
	`value` blob,
	PRIMARY KEY(`account`, `mailbox`, `owner`, `entry`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mail_metadata_account_modseq` ON `mail_metadata` (`account`,`modseq`);
--> statement-breakpoint
CREATE INDEX `mail_metadata_owner` ON `mail_metadata` (`owner`);
--> statement-breakpoint
CREATE TABLE `conversation_nodes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`service` text NOT NULL,
	`account` integer NOT NULL,
	`name` text NOT NULL,
	`config` text NOT NULL,
	`items` integer NOT NULL,
	`bytes` integer NOT NULL,
	`lastSeq` integer NOT NULL,
	`modseq` integer NOT NULL,
	`created` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_nodes_service_account_name` ON `conversation_nodes` (`service`,`account`,`name`);
--> statement-breakpoint
CREATE INDEX `conversation_nodes_service_account_modseq` ON `conversation_nodes` (`service`,`account`,`modseq`);
--> statement-breakpoint
CREATE INDEX `conversation_nodes_account` ON `conversation_nodes` (`account`);
--> statement-breakpoint
CREATE TABLE `conversation_items` (
	`node` integer NOT NULL,
	`item` text NOT NULL,
	`publisher` text NOT NULL,
	`payload` text NOT NULL,
	`bytes` integer NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`expires` integer NOT NULL,
	PRIMARY KEY(`node`, `item`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_items_node_seq` ON `conversation_items` (`node`,`seq`);
--> statement-breakpoint
CREATE INDEX `conversation_items_expires` ON `conversation_items` (`expires`) WHERE "conversation_items"."expires" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_subscriptions` (
	`node` integer NOT NULL,
	`jid` text NOT NULL,
	`subid` text NOT NULL,
	`bare` text NOT NULL,
	`account` integer NOT NULL,
	`state` text NOT NULL,
	`options` text NOT NULL,
	PRIMARY KEY(`node`, `jid`, `subid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_subscriptions_bare_node` ON `conversation_subscriptions` (`bare`,`node`);
--> statement-breakpoint
CREATE INDEX `conversation_subscriptions_account` ON `conversation_subscriptions` (`account`) WHERE "conversation_subscriptions"."account" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_node_affiliations` (
	`node` integer NOT NULL,
	`jid` text NOT NULL,
	`account` integer NOT NULL,
	`affiliation` text NOT NULL,
	PRIMARY KEY(`node`, `jid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_node_affiliations_jid_node` ON `conversation_node_affiliations` (`jid`,`node`);
--> statement-breakpoint
CREATE INDEX `conversation_node_affiliations_account` ON `conversation_node_affiliations` (`account`) WHERE "conversation_node_affiliations"."account" > 0;
--> statement-breakpoint
CREATE TABLE `outbox_messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` integer NOT NULL,
	`kind` text NOT NULL,
	`sender` text NOT NULL,
	`body` text,
	`utf8` integer NOT NULL,
	`ret` text,
	`envid` text,
	`tls` text,
	`head` text NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`headerLength` integer NOT NULL,
	`created` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `outbox_messages_account` ON `outbox_messages` (`account`);
--> statement-breakpoint
CREATE INDEX `outbox_messages_sender` ON `outbox_messages` (`sender`);
--> statement-breakpoint
CREATE TABLE `outbox_recipients` (
	`message` integer NOT NULL,
	`n` integer NOT NULL,
	`address` text NOT NULL,
	`domain` text NOT NULL,
	`notify` text NOT NULL,
	`orcpt` text,
	`state` text NOT NULL,
	`next` integer NOT NULL,
	`expires` integer NOT NULL,
	`warnAt` integer NOT NULL,
	`attention` integer NOT NULL,
	`attempts` integer NOT NULL,
	`unsure` integer NOT NULL,
	`holder` integer NOT NULL,
	`code` integer NOT NULL,
	`status` text NOT NULL,
	`answer` text NOT NULL,
	`host` text NOT NULL,
	PRIMARY KEY(`message`, `n`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `outbox_recipients_domain_state_next` ON `outbox_recipients` (`domain`,`state`,`next`);
--> statement-breakpoint
CREATE INDEX `outbox_recipients_state_attention` ON `outbox_recipients` (`state`,`attention`);
--> statement-breakpoint
CREATE INDEX `outbox_recipients_holder` ON `outbox_recipients` (`holder`) WHERE "outbox_recipients"."holder" > 0;
--> statement-breakpoint
CREATE INDEX `outbox_recipients_unsure` ON `outbox_recipients` (`unsure`) WHERE "outbox_recipients"."unsure" > 0;
--> statement-breakpoint
CREATE TABLE `outbox_lanes` (
	`domain` text PRIMARY KEY NOT NULL,
	`due` integer NOT NULL,
	`closedUntil` integer NOT NULL,
	`failures` integer NOT NULL,
	`status` text NOT NULL,
	`answer` text NOT NULL,
	`host` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `outbox_lanes_due` ON `outbox_lanes` (`due`) WHERE "outbox_lanes"."due" > 0;
--> statement-breakpoint
CREATE TABLE `outbox_holders` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`until` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `outbox_holders_until` ON `outbox_holders` (`until`);
--> statement-breakpoint
CREATE TABLE `outbox_sent` (
	`who` text NOT NULL,
	`hour` integer NOT NULL,
	`recipients` integer NOT NULL,
	PRIMARY KEY(`who`, `hour`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sts_policies` (
	`domain` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`policy` text NOT NULL,
	`fetched` integer NOT NULL,
	`ends` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `sts_policies_ends` ON `sts_policies` (`ends`);
--> statement-breakpoint
CREATE TABLE `push_registrations` (
	`token` text PRIMARY KEY NOT NULL,
	`member` integer NOT NULL,
	`account` integer NOT NULL,
	`place` text NOT NULL,
	`resource` text NOT NULL,
	`digest` text NOT NULL,
	`publicKey` text NOT NULL,
	`authSecret` text NOT NULL,
	`contentDepth` integer NOT NULL,
	`properties` integer NOT NULL,
	`expires` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `push_registrations_account_place_member_digest` ON `push_registrations` (`account`,`place`,`member`,`digest`);
--> statement-breakpoint
CREATE INDEX `push_registrations_account_place_token` ON `push_registrations` (`account`,`place`,`token`);
--> statement-breakpoint
CREATE INDEX `push_registrations_member` ON `push_registrations` (`member`);
--> statement-breakpoint
CREATE INDEX `push_registrations_expires` ON `push_registrations` (`expires`);
--> statement-breakpoint
CREATE TABLE `conversation_pushes` (
	`account` integer NOT NULL,
	`service` text NOT NULL,
	`node` text NOT NULL,
	`options` text NOT NULL,
	`client` text NOT NULL,
	`credential` text NOT NULL,
	`failures` integer NOT NULL,
	`lastOk` integer NOT NULL,
	PRIMARY KEY(`account`, `service`, `node`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_tokens` (
	`account` integer NOT NULL,
	`client` text NOT NULL,
	`mechanism` text NOT NULL,
	`current` text NOT NULL,
	`currentIssued` integer NOT NULL,
	`currentExpires` integer NOT NULL,
	`next` text NOT NULL,
	`nextIssued` integer NOT NULL,
	`nextExpires` integer NOT NULL,
	`count` integer NOT NULL,
	`version` integer NOT NULL,
	`credential` text NOT NULL,
	`expires` integer NOT NULL,
	PRIMARY KEY(`account`, `client`, `mechanism`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_tokens_expires` ON `conversation_tokens` (`expires`);
--> statement-breakpoint
CREATE TABLE `conversation_devices` (
	`account` integer NOT NULL,
	`client` text NOT NULL,
	`tag` text NOT NULL,
	`software` text NOT NULL,
	`name` text NOT NULL,
	`credential` text NOT NULL,
	`firstSeen` integer NOT NULL,
	`lastSeen` integer NOT NULL,
	PRIMARY KEY(`account`, `client`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_invites` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`hash` text NOT NULL,
	`kind` text NOT NULL,
	`creator` integer NOT NULL,
	`local` text NOT NULL,
	`groups` text NOT NULL,
	`rooms` text NOT NULL,
	`label` text NOT NULL,
	`usesLeft` integer NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_invites_hash` ON `conversation_invites` (`hash`);
--> statement-breakpoint
CREATE INDEX `conversation_invites_creator_id` ON `conversation_invites` (`creator`,`id`);
--> statement-breakpoint
CREATE INDEX `conversation_invites_expires` ON `conversation_invites` (`expires`);
--> statement-breakpoint
CREATE TABLE `conversation_uploads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` integer NOT NULL,
	`putHash` text NOT NULL,
	`getHash` text NOT NULL,
	`name` text NOT NULL,
	`size` integer NOT NULL,
	`type` text NOT NULL,
	`state` text NOT NULL,
	`file` text NOT NULL,
	`sha256` text NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_uploads_putHash` ON `conversation_uploads` (`putHash`);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_uploads_getHash` ON `conversation_uploads` (`getHash`);
--> statement-breakpoint
CREATE INDEX `conversation_uploads_account_state_id` ON `conversation_uploads` (`account`,`state`,`id`);
--> statement-breakpoint
CREATE INDEX `conversation_uploads_account_file` ON `conversation_uploads` (`account`,`file`);
--> statement-breakpoint
CREATE INDEX `conversation_uploads_expires` ON `conversation_uploads` (`expires`) WHERE "conversation_uploads"."expires" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_queues` (
	`domain` text PRIMARY KEY NOT NULL,
	`rows` integer NOT NULL,
	`bytes` integer NOT NULL,
	`lastSeq` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_queues_rows` ON `conversation_queues` (`rows`) WHERE "conversation_queues"."rows" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_queued` (
	`domain` text NOT NULL,
	`seq` integer NOT NULL,
	`stanza` text NOT NULL,
	`bytes` integer NOT NULL,
	`sender` text NOT NULL,
	`account` integer NOT NULL,
	`at` integer NOT NULL,
	`expires` integer NOT NULL,
	PRIMARY KEY(`domain`, `seq`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_queued_expires` ON `conversation_queued` (`expires`);
--> statement-breakpoint
CREATE INDEX `conversation_queued_account` ON `conversation_queued` (`account`) WHERE "conversation_queued"."account" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_policies` (
	`domain` text PRIMARY KEY NOT NULL,
	`action` text NOT NULL,
	`reason` text NOT NULL,
	`source` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_policies_source_domain` ON `conversation_policies` (`source`,`domain`);
--> statement-breakpoint
CREATE TABLE `conversation_rooms` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`service` text NOT NULL,
	`local` text NOT NULL,
	`listed` integer NOT NULL,
	`persistent` integer NOT NULL,
	`folded` text NOT NULL,
	`config` text NOT NULL,
	`subject` text NOT NULL,
	`subjectBy` text NOT NULL,
	`subjectAt` integer NOT NULL,
	`creator` integer NOT NULL,
	`occupantSecret` text NOT NULL,
	`created` integer NOT NULL,
	`active` integer NOT NULL,
	`binding` text NOT NULL,
	`ver` integer NOT NULL,
	`affiliations` integer NOT NULL,
	`pictureHash` text NOT NULL,
	`gone` integer NOT NULL,
	`goneReason` text NOT NULL,
	`goneAlternate` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_rooms_service_local` ON `conversation_rooms` (`service`,`local`);
--> statement-breakpoint
CREATE INDEX `conversation_rooms_service_listed_local` ON `conversation_rooms` (`service`,`listed`,`local`);
--> statement-breakpoint
CREATE INDEX `conversation_rooms_persistent_id` ON `conversation_rooms` (`persistent`,`id`);
--> statement-breakpoint
CREATE INDEX `conversation_rooms_binding_id` ON `conversation_rooms` (`binding`,`id`);
--> statement-breakpoint
CREATE INDEX `conversation_rooms_creator` ON `conversation_rooms` (`creator`) WHERE "conversation_rooms"."creator" > 0;
--> statement-breakpoint
CREATE INDEX `conversation_rooms_gone` ON `conversation_rooms` (`gone`) WHERE "conversation_rooms"."gone" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_room_affiliations` (
	`room` integer NOT NULL,
	`jid` text NOT NULL,
	`account` integer NOT NULL,
	`affiliation` text NOT NULL,
	`nick` text NOT NULL,
	`nickKey` text NOT NULL,
	`reason` text NOT NULL,
	`ver` integer NOT NULL,
	PRIMARY KEY(`room`, `jid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_room_affiliations_room_affiliation_jid` ON `conversation_room_affiliations` (`room`,`affiliation`,`jid`);
--> statement-breakpoint
CREATE INDEX `conversation_room_affiliations_room_nickKey` ON `conversation_room_affiliations` (`room`,`nickKey`);
--> statement-breakpoint
CREATE INDEX `conversation_room_affiliations_jid_room` ON `conversation_room_affiliations` (`jid`,`room`);
--> statement-breakpoint
CREATE INDEX `conversation_room_affiliations_account` ON `conversation_room_affiliations` (`account`) WHERE "conversation_room_affiliations"."account" > 0;
--> statement-breakpoint
CREATE TABLE `conversation_room_cards` (
	`room` integer PRIMARY KEY NOT NULL,
	`xml` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `conversation_contacts` (
	`account` integer NOT NULL,
	`contact` text NOT NULL,
	`listed` integer NOT NULL,
	`removed` integer NOT NULL,
	`name` text NOT NULL,
	`groups` text NOT NULL,
	`subscription` text NOT NULL,
	`ask` integer NOT NULL,
	`pendingIn` integer NOT NULL,
	`approved` integer NOT NULL,
	`request` text NOT NULL,
	`ver` integer NOT NULL,
	PRIMARY KEY(`account`, `contact`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `conversation_contacts_account_removed_ver` ON `conversation_contacts` (`account`,`removed`,`ver`);
--> statement-breakpoint
CREATE INDEX `conversation_contacts_contact_account` ON `conversation_contacts` (`contact`,`account`);
--> statement-breakpoint
CREATE TABLE `conversation_homes` (
	`account` integer PRIMARY KEY NOT NULL,
	`verFloor` integer NOT NULL,
	`preferences` text,
	`lastAt` integer NOT NULL,
	`lastStatus` text NOT NULL,
	`notices` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_blocked` (
	`account` integer NOT NULL,
	`jid` text NOT NULL,
	PRIMARY KEY(`account`, `jid`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `conversation_private` (
	`account` integer NOT NULL,
	`ns` text NOT NULL,
	`name` text NOT NULL,
	`xml` text NOT NULL,
	PRIMARY KEY(`account`, `ns`, `name`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `senders` (
	`key` text PRIMARY KEY NOT NULL,
	`first` integer NOT NULL,
	`seen` integer NOT NULL,
	`passed` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `senders_seen` ON `senders` (`seen`);
--> statement-breakpoint
CREATE TABLE `file_shares` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`member` integer NOT NULL,
	`address` text NOT NULL,
	`rights` text NOT NULL,
	`by` integer NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL,
	`parent` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `file_shares_account_node_member_address_by` ON `file_shares` (`account`,`node`,`member`,`address`,`by`);
--> statement-breakpoint
CREATE INDEX `file_shares_by` ON `file_shares` (`by`);
--> statement-breakpoint
CREATE INDEX `file_shares_address` ON `file_shares` (`address`);
--> statement-breakpoint
CREATE INDEX `file_shares_member` ON `file_shares` (`member`) WHERE "file_shares"."member" > 0;
--> statement-breakpoint
CREATE INDEX `file_shares_parent` ON `file_shares` (`parent`) WHERE "file_shares"."parent" > 0;
--> statement-breakpoint
CREATE INDEX `file_shares_expires` ON `file_shares` (`expires`) WHERE "file_shares"."expires" > 0;
--> statement-breakpoint
CREATE TABLE `file_links` (
	`token` text PRIMARY KEY NOT NULL,
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`by` integer NOT NULL,
	`rights` text NOT NULL,
	`password` text NOT NULL,
	`label` text NOT NULL,
	`created` integer NOT NULL,
	`expires` integer NOT NULL,
	`left` integer,
	`downloads` integer NOT NULL,
	`version` integer NOT NULL,
	`parent` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_links_account_node` ON `file_links` (`account`,`node`);
--> statement-breakpoint
CREATE INDEX `file_links_by` ON `file_links` (`by`);
--> statement-breakpoint
CREATE INDEX `file_links_parent` ON `file_links` (`parent`) WHERE "file_links"."parent" > 0;
--> statement-breakpoint
CREATE INDEX `file_links_expires` ON `file_links` (`expires`) WHERE "file_links"."expires" > 0;
--> statement-breakpoint
CREATE TABLE `file_received` (
	`member` integer NOT NULL,
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	`name` text NOT NULL,
	`hidden` integer NOT NULL,
	PRIMARY KEY(`member`, `account`, `node`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_received_account_node` ON `file_received` (`account`,`node`);
--> statement-breakpoint
CREATE TABLE `file_favourites` (
	`member` integer NOT NULL,
	`account` integer NOT NULL,
	`node` integer NOT NULL,
	PRIMARY KEY(`member`, `account`, `node`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_favourites_account` ON `file_favourites` (`account`);
--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`domain` text NOT NULL,
	`selector` text NOT NULL,
	`algorithm` text NOT NULL,
	`privateKey` text NOT NULL,
	`publicKey` text NOT NULL,
	`state` text NOT NULL,
	`created` integer NOT NULL,
	`activated` integer NOT NULL,
	`retired` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_domain_selector` ON `signing_keys` (`domain`,`selector`);
--> statement-breakpoint
CREATE TABLE `trust_secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `owed_rows` (
	`kind` text NOT NULL,
	`day` integer NOT NULL,
	`domain` text NOT NULL,
	`digest` text NOT NULL,
	`row` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `day`, `domain`, `digest`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `received_reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`reporter` text NOT NULL,
	`reportId` text NOT NULL,
	`domain` text NOT NULL,
	`begins` integer NOT NULL,
	`ends` integer NOT NULL,
	`received` integer NOT NULL,
	`total` integer NOT NULL,
	`failed` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `received_reports_kind_reporter_reportId_domain` ON `received_reports` (`kind`,`reporter`,`reportId`,`domain`);
--> statement-breakpoint
CREATE INDEX `received_reports_received` ON `received_reports` (`received`);
--> statement-breakpoint
CREATE INDEX `received_reports_domain` ON `received_reports` (`domain`);
--> statement-breakpoint
CREATE TABLE `received_rows` (
	`report` integer NOT NULL,
	`position` integer NOT NULL,
	`row` text NOT NULL,
	PRIMARY KEY(`report`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `file_uploads` (
	`account` integer NOT NULL,
	`id` text NOT NULL,
	`about` text NOT NULL,
	`length` integer,
	`bytes` integer NOT NULL,
	`pieces` integer NOT NULL,
	`created` integer NOT NULL,
	`done` integer NOT NULL,
	`expires` integer NOT NULL,
	PRIMARY KEY(`account`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `file_uploads_expires` ON `file_uploads` (`expires`);
--> statement-breakpoint
CREATE TABLE `file_upload_pieces` (
	`account` integer NOT NULL,
	`upload` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`size` integer NOT NULL,
	`modified` integer NOT NULL,
	PRIMARY KEY(`account`, `upload`, `name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_gap" BEFORE INSERT ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'gap: entries have no gap') WHERE NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) + 1 FROM "ledger_entries"); END;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_open" BEFORE INSERT ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'sealed: an entry is sealed when its postings are there') WHERE NEW."isSealed" <> 0; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_month" BEFORE INSERT ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'closed: the month is closed') WHERE EXISTS (SELECT 1 FROM "ledger_closed" WHERE "month" >= NEW."month"); END;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_kept" BEFORE UPDATE ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'immutable: a sealed entry is not changed') WHERE OLD."isSealed" = 1 OR NEW."seq" <> OLD."seq" OR NEW."date" <> OLD."date" OR NEW."month" <> OLD."month" OR NEW."kind" <> OLD."kind" OR NEW."key" <> OLD."key" OR NEW."memo" <> OLD."memo" OR NEW."draft" <> OLD."draft" OR NEW."hash" <> OLD."hash" OR NEW."reverses" <> OLD."reverses" OR NEW."sealed" <> OLD."sealed"; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_balance" BEFORE UPDATE ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'unbalanced: the postings of an entry add up to nothing in each asset') WHERE (SELECT COUNT(*) FROM "ledger_postings" WHERE "seq" = NEW."seq") < 2 OR EXISTS (SELECT 1 FROM "ledger_postings" WHERE "seq" = NEW."seq" GROUP BY "asset" HAVING SUM("amount") <> 0); END;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_stay" BEFORE DELETE ON "ledger_entries" BEGIN SELECT RAISE(ABORT, 'immutable: entries stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_postings_late" BEFORE INSERT ON "ledger_postings" BEGIN SELECT RAISE(ABORT, 'sealed: an entry that is sealed takes no posting') WHERE NOT EXISTS (SELECT 1 FROM "ledger_entries" WHERE "seq" = NEW."seq" AND "isSealed" = 0); END;
--> statement-breakpoint
CREATE TRIGGER "ledger_postings_kept" BEFORE UPDATE ON "ledger_postings" BEGIN SELECT RAISE(ABORT, 'immutable: postings stay as they are') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_postings_stay" BEFORE DELETE ON "ledger_postings" BEGIN SELECT RAISE(ABORT, 'immutable: postings stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_closed_kept" BEFORE UPDATE ON "ledger_closed" BEGIN SELECT RAISE(ABORT, 'immutable: what is closed stays closed') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_closed_stay" BEFORE DELETE ON "ledger_closed" BEGIN SELECT RAISE(ABORT, 'immutable: what is closed stays closed') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_checkpoints_kept" BEFORE UPDATE ON "ledger_checkpoints" BEGIN SELECT RAISE(ABORT, 'immutable: checkpoints stay as they are') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_checkpoints_stay" BEFORE DELETE ON "ledger_checkpoints" BEGIN SELECT RAISE(ABORT, 'immutable: checkpoints stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_nodes_kept" BEFORE UPDATE ON "ledger_nodes" BEGIN SELECT RAISE(ABORT, 'immutable: the tree stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_nodes_stay" BEFORE DELETE ON "ledger_nodes" BEGIN SELECT RAISE(ABORT, 'immutable: the tree stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_head_back" BEFORE UPDATE ON "ledger_head" BEGIN SELECT RAISE(ABORT, 'immutable: the ledger does not go back') WHERE NEW."seq" < OLD."seq" OR NEW."coop" <> OLD."coop"; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_head_stay" BEFORE DELETE ON "ledger_head" BEGIN SELECT RAISE(ABORT, 'immutable: the ledger does not go back') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "ledger_accounts_kept" BEFORE UPDATE ON "ledger_accounts" BEGIN SELECT RAISE(ABORT, 'immutable: an account is not renamed but to nobody') WHERE NEW."shown" <> OLD."shown" OR NEW."id" <> OLD."id" OR (NEW."name" <> OLD."name" AND (NEW."owner" <> 0 OR OLD."owner" = 0)); END;
--> statement-breakpoint
CREATE TRIGGER "ledger_accounts_stay" BEFORE DELETE ON "ledger_accounts" BEGIN SELECT RAISE(ABORT, 'immutable: accounts stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "acts_log_gap" BEFORE INSERT ON "acts_log" BEGIN SELECT RAISE(ABORT, 'gap: acts have no gap') WHERE NEW."n" <> (SELECT COALESCE(MAX("n"), 0) + 1 FROM "acts_log"); END;
--> statement-breakpoint
CREATE TRIGGER "acts_log_kept" BEFORE UPDATE ON "acts_log" BEGIN SELECT RAISE(ABORT, 'immutable: what was done stays as it is') WHERE OLD."answer" <> '' OR NEW."n" <> OLD."n" OR NEW."at" <> OLD."at" OR NEW."account" <> OLD."account" OR NEW."member" <> OLD."member" OR NEW."via" <> OLD."via" OR NEW."roles" <> OLD."roles" OR NEW."verb" <> OLD."verb" OR NEW."subject" <> OLD."subject" OR NEW."key" <> OLD."key" OR NEW."body" <> OLD."body" OR NEW."hash" <> OLD."hash"; END;
--> statement-breakpoint
CREATE TRIGGER "acts_log_stay" BEFORE DELETE ON "acts_log" BEGIN SELECT RAISE(ABORT, 'immutable: acts stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "acts_decisions_kept" BEFORE UPDATE ON "acts_decisions" BEGIN SELECT RAISE(ABORT, 'immutable: a decision stays as it was taken') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "acts_decisions_stay" BEFORE DELETE ON "acts_decisions" BEGIN SELECT RAISE(ABORT, 'immutable: decisions stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "bank_lines_kept" BEFORE UPDATE ON "bank_lines" BEGIN SELECT RAISE(ABORT, 'immutable: what the bank booked stays as it is') WHERE NEW."id" <> OLD."id" OR NEW."statement" <> OLD."statement" OR NEW."account" <> OLD."account" OR NEW."reference" <> OLD."reference" OR NEW."n" <> OLD."n" OR NEW."day" <> OLD."day" OR NEW."amount" <> OLD."amount" OR NEW."endToEndId" <> OLD."endToEndId" OR NEW."rf" <> OLD."rf" OR NEW."returned" <> OLD."returned"; END;
--> statement-breakpoint
CREATE TRIGGER "bank_lines_left" BEFORE UPDATE ON "bank_lines" BEGIN SELECT RAISE(ABORT, 'spent: a line is matched once, and by no more than it is worth') WHERE (OLD."amount" > 0 AND (NEW."left" < 0 OR NEW."left" > OLD."left")) OR (OLD."amount" < 0 AND (NEW."left" > 0 OR NEW."left" < OLD."left")); END;
--> statement-breakpoint
CREATE TRIGGER "bank_lines_stay" BEFORE DELETE ON "bank_lines" BEGIN SELECT RAISE(ABORT, 'immutable: what the bank booked stays') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "bank_matches_kept" BEFORE UPDATE ON "bank_matches" BEGIN SELECT RAISE(ABORT, 'immutable: a decision about a line is not changed') WHERE OLD."state" <> 'proposed' OR NEW."id" <> OLD."id" OR NEW."line" <> OLD."line" OR NEW."expected" <> OLD."expected" OR NEW."account" <> OLD."account" OR NEW."run" <> OLD."run" OR NEW."items" <> OLD."items" OR NEW."amount" <> OLD."amount" OR NEW."by" <> OLD."by" OR NEW."at" <> OLD."at"; END;
--> statement-breakpoint
CREATE TRIGGER "bank_matches_stay" BEFORE DELETE ON "bank_matches" BEGIN SELECT RAISE(ABORT, 'immutable: decisions about lines stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "bank_expected_stay" BEFORE DELETE ON "bank_expected" BEGIN SELECT RAISE(ABORT, 'immutable: what was expected stays') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "parties_invoices_gap" BEFORE INSERT ON "parties_invoices" BEGIN SELECT RAISE(ABORT, 'gap: numbers of invoices have no gap') WHERE NEW."n" <> (SELECT COALESCE(MAX("n"), 0) + 1 FROM "parties_invoices" WHERE "series" = NEW."series"); END;
--> statement-breakpoint
CREATE TRIGGER "parties_invoices_kept" BEFORE UPDATE ON "parties_invoices" BEGIN SELECT RAISE(ABORT, 'immutable: an invoice stays as it was sent') WHERE NEW."id" <> OLD."id" OR NEW."series" <> OLD."series" OR NEW."n" <> OLD."n" OR NEW."number" <> OLD."number" OR NEW."party" <> OLD."party" OR NEW."sold" <> OLD."sold" OR NEW."of" <> OLD."of" OR NEW."date" <> OLD."date" OR NEW."due" <> OLD."due" OR NEW."currency" <> OLD."currency" OR NEW."lines" <> OLD."lines" OR NEW."rate" <> OLD."rate" OR NEW."tax" <> OLD."tax" OR NEW."net" <> OLD."net" OR NEW."vat" <> OLD."vat" OR NEW."gross" <> OLD."gross" OR NEW."reference" <> OLD."reference" OR NEW."seller" <> OLD."seller" OR NEW."buyer" <> OLD."buyer" OR NEW."paper" <> OLD."paper"; END;
--> statement-breakpoint
CREATE TRIGGER "parties_invoices_sums" BEFORE UPDATE ON "parties_invoices" BEGIN SELECT RAISE(ABORT, 'spent: no more of an invoice is credited than there is') WHERE NEW."credited" < OLD."credited" OR NEW."credited" > NEW."gross" OR NEW."creditedNet" > NEW."net" OR NEW."received" < OLD."received"; END;
--> statement-breakpoint
CREATE TRIGGER "parties_invoices_stay" BEFORE DELETE ON "parties_invoices" BEGIN SELECT RAISE(ABORT, 'immutable: invoices stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "parties_receipts_kept" BEFORE UPDATE ON "parties_receipts" BEGIN SELECT RAISE(ABORT, 'immutable: what was received stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "parties_receipts_stay" BEFORE DELETE ON "parties_receipts" BEGIN SELECT RAISE(ABORT, 'immutable: what was received stays') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_turnover_update" BEFORE UPDATE ON "payouts_turnover" BEGIN SELECT RAISE(ABORT, 'immutable: what counted as turnover stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_turnover_delete" BEFORE DELETE ON "payouts_turnover" BEGIN SELECT RAISE(ABORT, 'immutable: what counted as turnover stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_months_update" BEFORE UPDATE ON "payouts_months" BEGIN SELECT RAISE(ABORT, 'immutable: a month that was shared out stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_months_delete" BEFORE DELETE ON "payouts_months" BEGIN SELECT RAISE(ABORT, 'immutable: a month that was shared out stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_shares_update" BEFORE UPDATE ON "payouts_shares" BEGIN SELECT RAISE(ABORT, 'immutable: what coins came to stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_shares_delete" BEFORE DELETE ON "payouts_shares" BEGIN SELECT RAISE(ABORT, 'immutable: what coins came to stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_tree_update" BEFORE UPDATE ON "payouts_tree" BEGIN SELECT RAISE(ABORT, 'immutable: the tree of a month stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_tree_delete" BEFORE DELETE ON "payouts_tree" BEGIN SELECT RAISE(ABORT, 'immutable: the tree of a month stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_turnover_open" BEFORE INSERT ON "payouts_turnover" BEGIN SELECT RAISE(ABORT, 'closed: the month was shared out') WHERE EXISTS (SELECT 1 FROM "payouts_months" WHERE "month" >= NEW."month"); END;
--> statement-breakpoint
CREATE TRIGGER "payouts_runs_update" BEFORE UPDATE ON "payouts_runs" BEGIN SELECT RAISE(ABORT, 'immutable: a run is not another') WHERE NEW."id" <> OLD."id" OR NEW."purpose" <> OLD."purpose" OR NEW."about" <> OLD."about" OR NEW."total" <> OLD."total" OR NEW."count" <> OLD."count" OR NEW."prepared" <> OLD."prepared" OR NEW."preparedBy" <> OLD."preparedBy"; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_runs_file" BEFORE UPDATE ON "payouts_runs" BEGIN SELECT RAISE(ABORT, 'exported: a run has one file') WHERE OLD."hash" <> '' AND (NEW."hash" <> OLD."hash" OR NEW."file" <> OLD."file" OR NEW."day" <> OLD."day" OR NEW."entry" <> OLD."entry"); END;
--> statement-breakpoint
CREATE TRIGGER "payouts_runs_stay" BEFORE DELETE ON "payouts_runs" BEGIN SELECT RAISE(ABORT, 'immutable: runs stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_items_update" BEFORE UPDATE ON "payouts_items" BEGIN SELECT RAISE(ABORT, 'immutable: a transfer is not another') WHERE NEW."run" <> OLD."run" OR NEW."n" <> OLD."n" OR NEW."member" <> OLD."member" OR NEW."amount" <> OLD."amount" OR NEW."name" <> OLD."name" OR NEW."iban" <> OLD."iban" OR NEW."ibanChanged" <> OLD."ibanChanged" OR NEW."endToEndId" <> OLD."endToEndId"; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_items_once" BEFORE UPDATE ON "payouts_items" BEGIN SELECT RAISE(ABORT, 'booked: a transfer goes once and comes back once') WHERE (OLD."settled" <> '' AND NEW."settled" <> OLD."settled") OR (OLD."returned" <> '' AND NEW."returned" <> OLD."returned"); END;
--> statement-breakpoint
CREATE TRIGGER "payouts_items_stay" BEFORE DELETE ON "payouts_items" BEGIN SELECT RAISE(ABORT, 'immutable: transfers stay') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_items_late" BEFORE INSERT ON "payouts_items" BEGIN SELECT RAISE(ABORT, 'prepared: what is approved takes no more transfers') WHERE NOT EXISTS (SELECT 1 FROM "payouts_runs" WHERE "id" = NEW."run" AND "state" = 'prepared') OR EXISTS (SELECT 1 FROM "payouts_approvals" WHERE "run" = NEW."run"); END;
--> statement-breakpoint
CREATE TRIGGER "payouts_parts_update" BEFORE UPDATE ON "payouts_parts" BEGIN SELECT RAISE(ABORT, 'immutable: what a transfer is made up of stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_parts_delete" BEFORE DELETE ON "payouts_parts" BEGIN SELECT RAISE(ABORT, 'immutable: what a transfer is made up of stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_parts_late" BEFORE INSERT ON "payouts_parts" BEGIN SELECT RAISE(ABORT, 'prepared: what is approved takes no more transfers') WHERE NOT EXISTS (SELECT 1 FROM "payouts_runs" WHERE "id" = NEW."run" AND "state" = 'prepared') OR EXISTS (SELECT 1 FROM "payouts_approvals" WHERE "run" = NEW."run"); END;
--> statement-breakpoint
CREATE TRIGGER "payouts_approvals_update" BEFORE UPDATE ON "payouts_approvals" BEGIN SELECT RAISE(ABORT, 'immutable: who approved stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_approvals_delete" BEFORE DELETE ON "payouts_approvals" BEGIN SELECT RAISE(ABORT, 'immutable: who approved stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_years_update" BEFORE UPDATE ON "payouts_years" BEGIN SELECT RAISE(ABORT, 'immutable: a year that was allocated stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_years_delete" BEFORE DELETE ON "payouts_years" BEGIN SELECT RAISE(ABORT, 'immutable: a year that was allocated stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_interest_update" BEFORE UPDATE ON "payouts_interest" BEGIN SELECT RAISE(ABORT, 'immutable: interest of a year stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "payouts_interest_delete" BEFORE DELETE ON "payouts_interest" BEGIN SELECT RAISE(ABORT, 'immutable: interest of a year stays as it is') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "register_movements_gap" BEFORE INSERT ON "register_movements" BEGIN SELECT RAISE(ABORT, 'gap: movements have no gap') WHERE NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) + 1 FROM "register_movements"); END;
--> statement-breakpoint
CREATE TRIGGER "register_lines_late" BEFORE INSERT ON "register_lines" BEGIN SELECT RAISE(ABORT, 'immutable: a line belongs to the last movement') WHERE NEW."seq" <> (SELECT COALESCE(MAX("seq"), 0) FROM "register_movements"); END;
--> statement-breakpoint
CREATE TRIGGER "register_payee_changes_kept" BEFORE UPDATE ON "register_payee_changes" BEGIN SELECT RAISE(ABORT, 'immutable: a change is decided once, and stays what was asked for') WHERE OLD."state" <> 'waiting' OR NEW."id" <> OLD."id" OR NEW."person" <> OLD."person" OR NEW."iban" <> OLD."iban" OR NEW."holder" <> OLD."holder" OR NEW."account" <> OLD."account" OR NEW."ibanBefore" <> OLD."ibanBefore" OR NEW."holderBefore" <> OLD."holderBefore" OR NEW."accountBefore" <> OLD."accountBefore" OR NEW."by" <> OLD."by" OR NEW."byMember" <> OLD."byMember" OR NEW."asked" <> OLD."asked" OR NEW."until" <> OLD."until"; END;
--> statement-breakpoint
CREATE TRIGGER "register_movements_kept" BEFORE UPDATE ON "register_movements" BEGIN SELECT RAISE(ABORT, 'immutable: movements stay as they are') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "register_movements_stay" BEFORE DELETE ON "register_movements" BEGIN SELECT RAISE(ABORT, 'immutable: movements stay as they are') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "register_lines_kept" BEFORE UPDATE ON "register_lines" BEGIN SELECT RAISE(ABORT, 'immutable: lines of movements stay as they are') WHERE 1 = 1; END;
--> statement-breakpoint
CREATE TRIGGER "register_lines_stay" BEFORE DELETE ON "register_lines" BEGIN SELECT RAISE(ABORT, 'immutable: lines of movements stay as they are') WHERE 1 = 1; END;
