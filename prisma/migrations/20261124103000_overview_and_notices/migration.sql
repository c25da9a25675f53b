-- AlterTable
ALTER TABLE "notices" ADD COLUMN     "notified" INTEGER,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "outbox_messages" ADD COLUMN     "recall_attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "recall_error" TEXT,
ADD COLUMN     "recall_next_at" TIMESTAMPTZ(3),
ADD COLUMN     "recall_wanted_at" TIMESTAMPTZ(3),
ADD COLUMN     "recalled_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "activity_counts" (
    "kind" TEXT NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "label" TEXT NOT NULL,
    "instance" UUID NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "activity_counts_pkey" PRIMARY KEY ("kind","period_start","label","instance")
);

-- CreateTable
CREATE TABLE "instances" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "instances_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "activity_counts_period_start_idx" ON "activity_counts"("period_start");

-- CreateIndex
CREATE INDEX "notice_reads_notice_id_read_at_user_id_idx" ON "notice_reads"("notice_id", "read_at" DESC, "user_id" DESC);

-- CreateIndex
CREATE INDEX "outbox_messages_recall_next_at_idx" ON "outbox_messages"("recall_next_at");
