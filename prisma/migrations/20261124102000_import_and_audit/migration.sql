-- CreateEnum
CREATE TYPE "ImportStatus" AS ENUM ('RUNNING', 'DONE', 'BROKEN');

-- CreateTable
CREATE TABLE "import_jobs" (
    "id" UUID NOT NULL,
    "actor_id" UUID NOT NULL,
    "status" "ImportStatus" NOT NULL DEFAULT 'RUNNING',
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "file_hash" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "unchanged" INTEGER NOT NULL,
    "phase" TEXT NOT NULL DEFAULT 'passwords',
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,
    "result" JSONB,
    "passwords" TEXT,
    "claimed_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "import_jobs_started_at_idx" ON "import_jobs"("started_at");

-- DropIndex
DROP INDEX "audit_log_at_idx";

-- DropIndex
DROP INDEX "audit_log_actor_id_at_idx";

-- DropIndex
DROP INDEX "audit_log_subject_at_idx";

-- CreateIndex
CREATE INDEX "audit_log_at_id_idx" ON "audit_log"("at", "id");

-- CreateIndex
CREATE INDEX "audit_log_actor_id_at_id_idx" ON "audit_log"("actor_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_log_subject_at_id_idx" ON "audit_log"("subject", "at", "id");

-- CreateIndex
CREATE INDEX "audit_log_action_at_id_idx" ON "audit_log"("action", "at", "id");

-- CreateIndex
CREATE INDEX "audit_log_address_at_id_idx" ON "audit_log"("address", "at", "id");

-- Written by hand: Prisma's schema has no indexes on expressions. Words of what an action was about. Sign-ins hold
-- no words and are most of the log: they are left out, so that signing in does not pay for it.
CREATE INDEX "audit_log_words_idx" ON "audit_log" USING gin (to_tsvector('simple', "detail"))
  WHERE "action" <> 'sign-in';

-- Written by hand. Still append only, but what the law asks to be kept for 180 days (six months) may go afterwards.
-- The database's own clock decides, not the application's; whatever is younger nobody deletes, and nobody changes
-- anything.
CREATE FUNCTION "refuse_young_audit_delete"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD."at" >= now() - interval '180 days' THEN
    RAISE EXCEPTION 'audit_log keeps every row for 180 days: DELETE refused' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN OLD;
END
$$;

DROP TRIGGER "audit_log_append_only" ON "audit_log";

CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR TRUNCATE ON "audit_log"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

CREATE TRIGGER "audit_log_kept" BEFORE DELETE ON "audit_log"
  FOR EACH ROW EXECUTE FUNCTION "refuse_young_audit_delete"();
