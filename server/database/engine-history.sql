-- What Prisma's schema engine 7.10 left in a database, taken down with pg_dump: a migration applied; one that failed,
-- was mended and applied; one whose process was killed after PostgreSQL had run it.
CREATE TABLE _prisma_migrations (
    id character varying(36) NOT NULL PRIMARY KEY,
    checksum character varying(64) NOT NULL,
    finished_at timestamp with time zone,
    migration_name character varying(255) NOT NULL,
    logs text,
    rolled_back_at timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_steps_count integer DEFAULT 0 NOT NULL
);
CREATE TABLE first (id integer NOT NULL PRIMARY KEY);
CREATE TABLE second (id integer REFERENCES first);
CREATE TABLE third (id integer);
INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count) VALUES ('aa911b3c-e2b1-4ac7-bb4b-216027445f46', 'a7e2c2f240985e94c6db3baaad267ff21a88bfd3e3acf6d927e9ce8a16ba1c42', '2026-11-29 03:14:09.523+00', '20250101000000_first', NULL, NULL, '2026-11-29 03:14:09.479+00', 1);
INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count) VALUES ('8a75f80c-1d4d-42bc-8a91-940d1f0ffbc0', '0f587f8448efb15bd1c526f00d82fcbe4164daf7914f74748758b699d8bf896c', NULL, '20250102000000_second', 'external connector error
No such table: nowhere
   0: sql_schema_connector::apply_migration::apply_script
           with migration_name="20250102000000_second"
             at schema-engine/connectors/sql-schema-connector/src/apply_migration.rs:113
   1: schema_commands::commands::apply_migrations::Applying migration
           with migration_name="20250102000000_second"
             at schema-engine/commands/src/commands/apply_migrations.rs:95
   2: schema_engine_wasm::wasm::engine::ApplyMigrations
             at schema-engine/schema-engine-wasm/src/wasm/engine.rs:167', '2026-11-29 03:14:09.637899+00', '2026-11-29 03:14:09.602+00', 0);
INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count) VALUES ('b64daf9f-603d-486c-8ea6-720cc7de01be', '53aa83df0e8a638a6778c98dbbbc6958490412e08244abdceae05c8da55d0426', '2026-11-29 03:14:09.781+00', '20250102000000_second', NULL, NULL, '2026-11-29 03:14:09.762+00', 1);
INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count) VALUES ('5eb13a56-d2c7-40c0-947a-874e47a8a9f1', '836a79d63935e900973a17136380735d810950b81eb02916d64ad9eba82da371', NULL, '20250103000000_third', NULL, NULL, '2026-11-29 03:14:11.437+00', 0);
