-- CreateEnum
CREATE TYPE "MessageKind" AS ENUM ('WORK_NOTIFICATION', 'DING');

-- CreateEnum
CREATE TYPE "MessageStatus" AS ENUM ('PENDING', 'SENDING', 'SENT', 'FAILED', 'UNCERTAIN');

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "address" TEXT,
ADD COLUMN     "id" UUID NOT NULL DEFAULT gen_random_uuid();

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "left_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "platform_events" (
    "id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "dedup_key" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "platform_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reconcile_runs" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "cursor" UUID,
    "checked" INTEGER NOT NULL DEFAULT 0,
    "left" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "reconcile_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_messages" (
    "id" UUID NOT NULL,
    "dedup_key" TEXT NOT NULL,
    "kind" "MessageKind" NOT NULL,
    "receivers" TEXT[],
    "content" JSONB NOT NULL,
    "status" "MessageStatus" NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "task_id" TEXT,
    "last_error" TEXT,

    CONSTRAINT "outbox_messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "platform_events_dedup_key_key" ON "platform_events"("dedup_key");

-- CreateIndex
CREATE INDEX "platform_events_processed_at_next_attempt_at_idx" ON "platform_events"("processed_at", "next_attempt_at");

-- CreateIndex
CREATE INDEX "reconcile_runs_started_at_idx" ON "reconcile_runs"("started_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_messages_dedup_key_key" ON "outbox_messages"("dedup_key");

-- CreateIndex
CREATE INDEX "outbox_messages_status_next_attempt_at_idx" ON "outbox_messages"("status", "next_attempt_at");

-- CreateIndex
CREATE INDEX "users_employee_code_idx" ON "users"("employee_code");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_id_key" ON "sessions"("id");

-- Written by hand. Instances keep live sessions in memory; these triggers tell all of them what has changed,
-- whichever way it was changed: by the server, by a tool, or by hand. The channel's payload is the user's id.
CREATE FUNCTION "announce_session_end"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A session that is over already is in nobody's memory: a sweep of old rows announces nothing.
  IF OLD."expires_at" > now() THEN
    PERFORM pg_notify('session_changes', OLD."user_id"::text);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "session_end_announced" AFTER DELETE ON "sessions"
  FOR EACH ROW EXECUTE FUNCTION "announce_session_end"();

-- Whoever may not be signed in any more is signed out in the same transaction: disabled, unbound or bound to
-- somebody else, with another password, or gone from the organisation.
CREATE FUNCTION "end_sessions_of_changed_user"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW."status" = 'DISABLED' AND OLD."status" <> 'DISABLED')
    OR (OLD."ding_user_id" IS NOT NULL AND NEW."ding_user_id" IS DISTINCT FROM OLD."ding_user_id")
    OR (OLD."password_hash" IS NOT NULL AND NEW."password_hash" IS DISTINCT FROM OLD."password_hash")
    OR (NEW."left_at" IS NOT NULL AND OLD."left_at" IS NULL)
  THEN
    DELETE FROM "sessions" WHERE "user_id" = NEW."id";
  END IF;
  PERFORM pg_notify('session_changes', NEW."id"::text);
  RETURN NULL;
END
$$;

CREATE TRIGGER "user_change_ends_sessions" AFTER UPDATE ON "users"
  FOR EACH ROW EXECUTE FUNCTION "end_sessions_of_changed_user"();
