-- CreateTable
CREATE TABLE "sample_entry" (
    "id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "author_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "sample_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sample_entry_created_at_id_idx" ON "sample_entry"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "sample_entry_author_id_created_at_id_idx" ON "sample_entry"("author_id", "created_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "sample_entry" ADD CONSTRAINT "sample_entry_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
